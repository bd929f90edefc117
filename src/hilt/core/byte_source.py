"""Where bytes come from, as readers see it: a size and `read(offset, n)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from hilt.core.errors import ChangedWhileRead


@runtime_checkable
class ByteSource(Protocol):
    """A file, an HTTP range and a member of an archive look alike.

    `read` returns exactly `n` bytes, fewer only at the end of the source. Raises `SourceError` when bytes that should
    be there cannot be had.
    """

    @property
    def size(self) -> int: ...

    def read(self, offset: int, n: int) -> bytes: ...


def expect(source: ByteSource, ranges: Sequence[tuple[int, int]]) -> None:
    """Tells `source` which (offset, n) will be read next: one that lies far away then brings them all at once.

    It changes no byte and raises nothing; most sources have no use for it.
    """
    listen = getattr(source, "expect", None)
    if listen is not None:
        listen(ranges)


class MemorySource:
    """Bytes that are in memory already, as a `ByteSource`."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, n: int) -> bytes:
        return self._data[offset : offset + n] if offset >= 0 and n > 0 else b""


class Window:
    """The bytes [start, start + size) of another source, counted from 0."""

    __slots__ = ("_size", "_source", "_start")

    def __init__(self, source: ByteSource, start: int, size: int) -> None:
        if start < 0 or size < 0 or start + size > source.size:
            raise ChangedWhileRead(f"bytes {start} to {start + size} lie outside a source of {source.size} bytes")
        self._source, self._start, self._size = source, start, size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, n: int) -> bytes:
        if offset < 0 or offset >= self._size or n <= 0:
            return b""
        return self._source.read(self._start + offset, min(n, self._size - offset))

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """See `expect`: the same bytes, where the outer source has them."""
        expect(
            self._source, [(self._start + offset, min(n, self._size - offset)) for offset, n in ranges if offset >= 0]
        )
