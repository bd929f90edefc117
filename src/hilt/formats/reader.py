"""One line of the list of formats, and which line fits given bytes: content decides, the name only orders the tries."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from hilt.core.byte_source import ByteSource
from hilt.core.docstring import paragraph
from hilt.core.limits import Limits

HEAD = 4096
"""Bytes from the start of a file that recognition looks at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What recognition may look at: the file's name, its first `HEAD` bytes, and the rest on request."""

    name: str
    """The last part of the path."""
    data: bytes
    source: ByteSource
    limits: Limits


class ReaderModule(Protocol):
    """What the module of a reader holds. `probe` is needed where the list line has no magic, or says `probed`."""

    def read(self, source: ByteSource, limits: Limits) -> Any: ...

    def probe(self, head: Head) -> bool: ...


class Reader(NamedTuple):
    """A format that hilt reads: its id, how it is recognised, and under which names it usually goes.

    The module is `hilt.formats.<id>` with underscores, and is imported only when it may fit. `magic` is a list of
    (offset, bytes), one of which must match. Without magic, or where `probed`, the module's `probe` decides. `needs` is a
    list of (offset, byte values): unless one of the values stands at each offset, `probe` says no and is not imported.
    `names` are patterns of file names (`*.safetensors`, `LICENSE*`); they never decide alone. A `weak` probe says yes to
    nearly any text, so every other format is tried before it, whatever the name says.

    This is a named tuple, as is what every run needs and nobody outside sees: a dataclass takes five times as long to
    define, and hilt defines all of them twice when it starts, for itself and for its worker.
    """

    id: str
    title: str
    names: tuple[str, ...] = ()
    magic: tuple[tuple[int, bytes], ...] = ()
    probed: bool = False
    needs: tuple[tuple[int, bytes], ...] = ()
    weak: bool = False

    @property
    def module(self) -> ReaderModule:
        return cast(ReaderModule, import_module(f"hilt.formats.{self.id.replace('-', '_')}"))

    def paragraph(self, heading: str) -> str:
        """What its module's docstring says under `heading`: "What can bite", "What hilt cannot see"."""
        return paragraph(self.module.__doc__ or "", heading)

    def claims(self, name: str) -> bool:
        """Does this format usually go under such a name?"""
        name = name.lower()
        exact, endings, patterns = _names(self.names)
        return name in exact or name.endswith(endings) or any(fnmatchcase(name, pattern) for pattern in patterns)

    def begins(self, data: bytes) -> bool:
        """May a file that begins with `data` be of this format, as far as that shows without its module?"""
        for offset, values in self.needs:  # plain loops: a hundred formats are asked of every file
            if len(data) <= offset or data[offset] not in values:
                return False
        for offset, magic in self.magic:
            if data.startswith(magic, offset):
                return True
        return not self.magic

    def fits(self, head: Head) -> bool:
        """Do the bytes look like this format?"""
        if not self.begins(head.data):
            return False
        return self.module.probe(head) if self.probed or not self.magic else True


@cache
def _names(patterns: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Whole names, endings and the few other patterns apart: each file is held against hundreds of them."""
    lower = [pattern.lower() for pattern in patterns]
    wild = {pattern for pattern in lower if not _WILD.isdisjoint(pattern.removeprefix("*"))}
    endings = tuple(pattern[1:] for pattern in lower if pattern.startswith("*") and pattern not in wild)
    exact = frozenset(pattern for pattern in lower if not pattern.startswith("*") and pattern not in wild)
    return exact, endings, tuple(wild)


_WILD = frozenset("*?[")


def recognise(readers: tuple[Reader, ...], head: Head) -> Reader | None:
    """The first reader whose format fits: those with a magic first, then those that the name speaks for, then all;
    the weak ones last, in the order of the list.

    The order decides between several that fit only where two formats cannot be told apart.
    """
    possible = [reader for reader in readers if reader.begins(head.data)]
    possible.sort(key=lambda reader: _turn(reader, head.name))
    return next((reader for reader in possible if reader.fits(head)), None)


def _turn(reader: Reader, name: str) -> int:
    if reader.magic:
        return 0
    return 3 if reader.weak else 1 if reader.claims(name) else 2
