"""One line of the list of formats, and which line fits given bytes: content decides, the name only orders the tries."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
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
        return any(_matches(name, pattern.lower()) for pattern in self.names)

    def fits(self, head: Head) -> bool:
        """Do the bytes look like this format?"""
        if self.magic and not any(head.data.startswith(magic, offset) for offset, magic in self.magic):
            return False
        if any(len(head.data) <= offset or head.data[offset] not in values for offset, values in self.needs):
            return False
        return self.module.probe(head) if self.probed or not self.magic else True


def _matches(name: str, pattern: str) -> bool:
    suffix = pattern.removeprefix("*")
    if _WILD.isdisjoint(suffix):  # nearly all, and far quicker than a pattern
        return name.endswith(suffix) if suffix != pattern else name == pattern
    return fnmatchcase(name, pattern)


_WILD = frozenset("*?[")


def recognise(readers: tuple[Reader, ...], head: Head) -> Reader | None:
    """The first reader whose format fits: those with a magic first, then those that the name speaks for, then all;
    the weak ones last, in the order of the list.

    The order decides between several that fit only where two formats cannot be told apart.
    """
    by_magic = [reader for reader in readers if reader.magic]
    probed = [reader for reader in readers if not reader.magic]
    probed.sort(key=lambda reader: (reader.weak, reader.weak or not reader.claims(head.name)))
    return next((reader for reader in by_magic + probed if reader.fits(head)), None)
