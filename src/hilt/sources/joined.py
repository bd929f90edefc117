"""A file that lies in parts, as one `ByteSource`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.byte_source import expect

if TYPE_CHECKING:
    from hilt.sources.file import FileSource
    from hilt.sources.remote_source import RemoteSource


class JoinedLocator(NamedTuple):
    """How to open the parts, in their order."""

    parts: list[dict[str, Any]]


class Joined:
    """The parts one behind the other."""

    def __init__(self, parts: Sequence[FileSource | RemoteSource]) -> None:
        self._parts = parts
        self._begins = [0, *accumulate(part.size for part in parts)]
        self.locator = JoinedLocator([part.locator._asdict() for part in parts])

    @property
    def size(self) -> int:
        return self._begins[-1]

    def read(self, offset: int, n: int) -> bytes:
        pieces: list[bytes] = []
        n = min(n, self.size - offset) if offset >= 0 else 0
        while n > 0:
            place = bisect_right(self._begins, offset) - 1
            piece = self._parts[place].read(offset - self._begins[place], n)
            pieces.append(piece)
            offset, n = offset + len(piece), n - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """See `core.byte_source.expect`: each part is told of what lies in it."""
        for part, begin in zip(self._parts, self._begins, strict=False):
            inside = [(max(offset, begin), min(offset + n, begin + part.size)) for offset, n in ranges]
            wanted = [(start - begin, end - start) for start, end in inside if start < end]
            if wanted:
                expect(part, wanted)

    def assert_unchanged(self) -> None:
        for part in self._parts:
            part.assert_unchanged()

    def close(self) -> None:
        for part in self._parts:
            part.close()
