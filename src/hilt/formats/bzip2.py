"""Lists what is in a bzip2 file.

Specification: bzip2 1.0.8, compress.c and decompress.c. Several streams in a row are one.

What can bite: bombs, and bytes behind the stream. Whatever is packed in it bites as it would by itself, and is read as
if it stood there.

What hilt cannot see: what comes out past the limits, which the coverage says.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, remembered
from hilt.formats.compressed import listed, opened

open_member = opened


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """The one member."""
    return listed(source, "bzip2", limits)
