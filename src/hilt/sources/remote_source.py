"""A file of a remote subject as a `ByteSource`, read in blocks by whoever can reach it.

In the parent that is `Remote`; a reading process has no network, and asks the parent (`checks/channel.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from hilt.sources.remote import RemoteLocator

BLOCK = 1 << 14
"""Bytes that are asked for at once, at places that are multiples of it: readers ask for many small pieces."""

Ranges = Sequence[tuple[int, int]]
"""(offset, n) each."""

Fetch = Callable[[str, Ranges], list[bytes]]
"""The bytes of these ranges of the file at this path. Raises `SourceError`, or `ChangedWhileRead`."""


class RemoteSource:
    """A file that lies elsewhere; it needs no closing."""

    def __init__(
        self, locator: RemoteLocator, fetch: Fetch, *, ahead: Callable[[str, Ranges], None] | None = None
    ) -> None:
        self.locator, self._fetch, self._ahead = locator, fetch, ahead
        self._start, self._held = 0, b""

    @property
    def size(self) -> int:
        return self.locator.size

    def read(self, offset: int, n: int) -> bytes:
        """Exactly the bytes [offset, offset + n), fewer only at the end of the size that was listed."""
        n = min(n, self.size - offset)
        if n <= 0 or offset < 0:
            return b""
        begin = offset - self._start
        if not 0 <= begin <= len(self._held) - n:
            self._start = offset - offset % BLOCK
            end = min(-(-(offset + n) // BLOCK) * BLOCK, self.size)
            (self._held,) = self._fetch(self.locator.path, [(self._start, end - self._start)])
            begin = offset - self._start
        return self._held[begin : begin + n]

    def expect(self, ranges: Ranges) -> None:
        """See `core.byte_source.expect`."""
        inside = [(offset, min(n, self.size - offset)) for offset, n in ranges if 0 <= offset < self.size and n > 0]
        if self._ahead is not None and inside:
            self._ahead(self.locator.path, inside)

    def assert_unchanged(self) -> None:
        """Every answer was compared with the listing when it came."""

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""
