"""A zip archive behind other bytes, which readers find from its end: self-extracting archives, and polyglots.

Specification: as in `zip`. It is a format of its own because whatever stands in front may be read by another loader.

What can bite: two readers see two files: one what stands in front, another one the archive that ends it. Members bite
as those of any zip, and are read as such.

What hilt cannot see: what stands in front, other than where its own format is recognised; what encrypted members hold.
"""

from __future__ import annotations

from hilt.formats import zip as plain
from hilt.formats.reader import Head
from hilt.formats.zip_end import end_behind

read = plain.read
open_member = plain.open_member


def probe(head: Head) -> bool:
    return end_behind(head.source) is not None
