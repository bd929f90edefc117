"""Reads a file of an OCDBT database that begins with values, which have no magic number.

Specification: as in `ocdbt`. It is a format of its own because whatever the values are, another reader may know them.

What can bite: nothing by itself: bytes that the index beside them points at, which TensorStore takes for numbers.

What hilt cannot see: what the values are, and bytes among them that belong to none.
"""

from __future__ import annotations

from hilt.formats import ocdbt

probe, read = ocdbt.probe, ocdbt.read
