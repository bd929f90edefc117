"""Lists what is in a Zstandard file, with the extra `hilt[zstd]`.

Specification: RFC 8878. Several frames in a row are one file.
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
    return listed(source, "zstd", limits)
