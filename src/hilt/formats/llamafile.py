"""Recognises a llamafile: a model and the program that runs it in one file, which every system starts.

Source: llamafile 0.9 and Cosmopolitan's ape/specification.md: a shell script, a Windows program, a macOS and a Linux
program that share their first bytes, and behind them a zip, with the weights stored uncompressed and default arguments.

What can bite: it is a program, and runs with all rights of whoever starts it. The weights and the default arguments in
the zip are read as if they lay in a folder.

What hilt cannot see: what the program does.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import zip as plain
from hilt.formats.archive import Member, Oddity
from hilt.formats.beginnings import ZIP_END, ZIP_REACH

_MAGICS = (b"MZqFpD='", b"jartsr='", b"APEDBG='")

open_member = plain.open_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Llamafile:
    """A program: what it is, what it runs on, and the members of the zip behind it."""

    kind: str
    machine: str
    members: tuple[Member, ...]
    oddities: tuple[Oddity, ...]


def read(source: ByteSource, limits: Limits) -> Llamafile:
    """The program in `source`. Raises `FormatError` where it is none."""
    if source.read(0, 8) not in _MAGICS:
        raise FormatError("the file does not begin as a program for every system does", offset=0)
    members, oddities = tuple[Member, ...](), tuple[Oddity, ...]()
    if ZIP_END in source.read(max(0, source.size - ZIP_REACH), ZIP_REACH):
        try:
            archive = plain.read(source, limits)
        except LimitExceeded:
            raise
        except FormatError as error:
            raise FormatError(f"the zip behind the program: {error.message}", offset=error.offset) from None
        members = archive.members
        oddities = tuple(oddity for oddity in archive.oddities if oddity.id != "prefix")
    return Llamafile(
        kind="a program that is a script, too (llamafile, APE)",
        machine="Linux, Windows, macOS and BSD",
        members=members,
        oddities=oddities,
    )
