"""Bytes before or behind an HDF5 file.

What: a user block that holds anything, apart from the text that MATLAB writes into it; bytes behind the end that the
superblock states; a file that is shorter than that.

Why: HDF5 may begin at byte 512, 1024 and so on, and ends where it says. What stands around it can be a file of another
kind, a zip or a pickle, that another program reads from the same bytes: one of the two is not the one that was checked.

What it cannot see: space inside the file that belongs to no object; HDF5 leaves some when datasets are deleted.

Fix: ask the publisher for a plain file, or copy it with `h5repack`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.hdf5 import Hdf5

_MATLAB = b"MATLAB 7.3 MAT-file"
_LOOKED_AT = 4096


def hdf5_surroundings(file: ReadFile[Hdf5]) -> Iterator[Finding]:
    value = file.value

    def seen(message: str, offset: int) -> Finding:
        where = Where(path=file.path, offset=offset)
        return Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)

    block = file.source.read(0, min(value.user_block, _LOOKED_AT))
    if block.strip(b"\0") and not (value.user_block == 512 and block.startswith(_MATLAB)):
        yield seen(f"{value.user_block} bytes stand before the HDF5 file, beginning with {block[:16]!r}", 0)
    if value.user_block > _LOOKED_AT:
        yield seen(f"a user block of {value.user_block} bytes stands before the HDF5 file", 0)
    if value.size > value.end:
        yield seen(f"{value.size - value.end} bytes stand behind the end of the HDF5 file", value.end)
    elif value.size < value.end:
        yield seen(f"the file should have {value.end} bytes and has {value.size}: the rest is missing", value.size)


CHECK = listed("hdf5-surroundings")
