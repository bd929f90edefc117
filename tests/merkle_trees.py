"""Trees by the very definition of RFC 6962: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256


class Tree:
    """The tree over leaves of the numbers from 0."""

    def __init__(self, size: int, salt: str = "") -> None:
        self.entries = [f"{salt}{number}".encode() for number in range(size)]
        self.leaves = [sha256(b"\0" + entry).digest() for entry in self.entries]
        self._hash = lru_cache(maxsize=None)(self._defined)

    def root(self, size: int | None = None) -> bytes:
        """MTH(D[size])."""
        return self._hash(0, len(self.leaves) if size is None else size)

    def path(self, index: int, size: int) -> tuple[bytes, ...]:
        """PATH(index, D[size])."""
        return self._path(index, 0, size)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """PROOF(old, D[new])."""
        return self._subproof(old, 0, new, whole=True)

    def read(self, subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
        """What the code under test reads: it must ask for complete subtrees alone."""
        assert all(index + 1 << level <= len(self.leaves) for level, index in subtrees)
        return [self._hash(index << level, index + 1 << level) for level, index in subtrees]

    def _defined(self, low: int, high: int) -> bytes:
        if low == high:
            return sha256(b"").digest()
        if low + 1 == high:
            return self.leaves[low]
        middle = low + _k(high - low)
        return sha256(b"\1" + self._hash(low, middle) + self._hash(middle, high)).digest()

    def _path(self, index: int, low: int, high: int) -> tuple[bytes, ...]:
        if high - low == 1:
            return ()
        middle = low + _k(high - low)
        if low + index < middle:
            return (*self._path(index, low, middle), self._hash(middle, high))
        return (*self._path(low + index - middle, middle, high), self._hash(low, middle))

    def _subproof(self, old: int, low: int, high: int, *, whole: bool) -> tuple[bytes, ...]:
        if old == high - low:
            return () if whole else (self._hash(low, high),)
        middle = low + _k(high - low)
        if low + old <= middle:
            return (*self._subproof(old, low, middle, whole=whole), self._hash(middle, high))
        return (*self._subproof(low + old - middle, middle, high, whole=False), self._hash(low, middle))


def _k(size: int) -> int:
    """The largest power of two smaller than `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power
