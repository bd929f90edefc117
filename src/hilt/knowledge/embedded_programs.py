"""Is it a program that stands where `byte_marks` saw what programs begin with?"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource, Window
from hilt.core.limits import KIB, Limits
from hilt.formats import elf, macho, pe
from hilt.formats.executable import Executable
from hilt.knowledge.byte_marks import ELF, MACHO

_FURTHEST = 64 * KIB
"""How far before its second header a Windows program may begin; real ones stay within a few hundred bytes."""


def program_at(mark: int, source: ByteSource, limits: Limits) -> tuple[int, Executable] | None:
    """Where the program begins that has its magic bytes at `mark`, and what it says of itself; None for anything else.

    Headers are read as strictly as their loaders do, so that ten thousand models hold none by chance.
    """
    magic = source.read(mark, 4)
    if magic in (ELF, MACHO):
        reader = elf if magic == ELF else macho
        inner = Window(source, mark, source.size - mark)
        return (mark, reader.read(inner, limits)) if reader.certain(inner) else None
    for begin in _leading_to(mark, source):
        inner = Window(source, begin, source.size - begin)
        if pe.certain(inner):
            return begin, pe.read(inner, limits)
    return None


def _leading_to(mark: int, source: ByteSource) -> list[int]:
    """The DOS headers that say that the Windows header stands at `mark`."""
    start = max(0, mark - _FURTHEST)
    before = source.read(start, mark - start)
    found, at = [], before.rfind(b"MZ")
    while at >= 0:
        if before[at + 60 : at + 64] == (mark - start - at).to_bytes(4, "little"):
            found.append(start + at)
        at = before.rfind(b"MZ", 0, at)
    return found
