"""A place in a source that moves forward: numbers are taken from small reads, large data is passed over unread."""

from __future__ import annotations

import struct

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError

_AHEAD = 1 << 16
"""Bytes that one read of the source fetches for many small takes, unless it is told otherwise."""


class Cursor:
    """Walks `source` from `offset` on. Every step past the end raises `FormatError`, saying what should have been there."""

    def __init__(self, source: ByteSource, offset: int = 0, *, ahead: int = _AHEAD) -> None:
        self.offset = offset
        self._source, self._ahead = source, ahead
        self._block, self._begin = b"", offset

    @property
    def left(self) -> int:
        """Bytes between here and the end of the source."""
        return self._source.size - self.offset

    def peek(self, n: int) -> bytes:
        """The next `n` bytes, fewer only at the end; the cursor stays. `n` is a bound the caller has checked."""
        at = self.offset - self._begin
        if len(self._block) - at < n:
            self._block, self._begin, at = self._source.read(self.offset, max(n, self._ahead)), self.offset, 0
        return self._block[at : at + n]

    def take(self, n: int, what: str) -> bytes:
        """The next `n` bytes. `n` is a bound the caller has checked; data of any size is for `skip`."""
        data = self.peek(n)
        if len(data) != n:
            raise FormatError(f"the file ends inside {what}", offset=self.offset)
        self.offset += n
        return data

    def skip(self, n: int, what: str) -> None:
        """Passes over `n` bytes without reading them."""
        if not 0 <= n <= self.left:
            raise FormatError(f"{what} asks for {n} bytes, {self.left} are left", offset=self.offset)
        self.offset += n

    def unpack(self, layout: str, what: str) -> tuple[int, ...]:
        """The numbers of a `struct` layout that holds integers only."""
        return struct.unpack(layout, self.take(struct.calcsize(layout), what))

    def number(self, layout: str, what: str) -> int:
        """One such number."""
        return self.unpack(layout, what)[0]

    def end(self, what: str) -> None:
        """Raises `FormatError` unless the source ends here."""
        if self.left:
            raise FormatError(f"{self.left} bytes stand behind {what}", offset=self.offset)
