"""Numbers of less than a byte, or of a varying number of bytes, as a source of numbers of whole bytes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.bit_fields import fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 18
_LONGEST = 10
"""Bytes of the longest varint."""


class SmallNumbers:
    """`count` numbers of 1, 2 or 4 bits from byte `begin` on, the lowest bits first, as bytes (signed: two's complement)."""

    def __init__(self, source: ByteSource, begin: int, count: int, *, bits: int, signed: bool) -> None:
        self._source, self._begin, self.size = source, begin, count
        self._bits, self._signed = bits, signed

    def read(self, offset: int, n: int) -> bytes:
        each = 8 // self._bits
        end = min(offset + n, self.size)
        if not 0 <= offset < end:
            return b""
        first = offset // each
        packed = np.frombuffer(self._source.read(self._begin + first, -(-end // each) - first), np.uint8)
        codes = fields(packed.reshape(1, -1), self._bits, 1).reshape(-1)[offset - first * each : end - first * each]
        if not self._signed:
            return codes.tobytes()
        half = 1 << (self._bits - 1)
        return ((codes.view(np.int8) ^ half) - half).astype(np.int8).tobytes()


class Varints:
    """Protobuf's numbers of varying length in the bytes [begin, end), as numbers of `width` bytes each.

    Where each block of them begins is found when the first is read: all bytes are then gone through once.
    """

    def __init__(self, source: ByteSource, begin: int, end: int, *, width: int, count: int) -> None:
        self._source, self._begin, self._end, self._width = source, begin, end, width
        self.size = count * width
        self._firsts: list[int] = []
        """The number with which each block begins, once that is known."""
        self._last: tuple[int, bytes] = (-1, b"")

    def read(self, offset: int, n: int) -> bytes:
        if not self._firsts:
            counts = [int((self._block(place) < 0x80).sum()) for place in range(self._begin, self._end, _BLOCK)]
            self._firsts = list(accumulate(counts, initial=0))
        position, end, found = offset // self._width, -(-min(offset + n, self.size) // self._width), list[bytes]()
        start = position * self._width
        while position < min(end, self._firsts[-1]):
            index = bisect_right(self._firsts, position) - 1
            found.append(self._numbers(index)[(position - self._firsts[index]) * self._width :])
            position = self._firsts[index + 1]
        return b"".join(found)[offset - start : offset - start + n]

    def _block(self, place: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._source.read(place, min(_BLOCK, self._end - place)), np.uint8)

    def _numbers(self, index: int) -> bytes:
        """The numbers that end in the block of this index."""
        if self._last[0] == index:
            return self._last[1]
        place = self._begin + index * _BLOCK
        before = min(_LONGEST, place - self._begin)
        data = np.frombuffer(self._source.read(place - before, min(_BLOCK, self._end - place) + before), np.uint8)
        ends = np.flatnonzero(data < 0x80)
        starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
        kept = ends >= before
        starts, ends = starts[kept], ends[kept]
        if ends.size and int((ends - starts).max()) >= _LONGEST:
            raise FormatError("a number is longer than 10 bytes", offset=place)
        values = np.zeros(ends.size, np.uint64)
        for step in range(_LONGEST):
            at = starts + step
            more = at <= ends
            values[more] |= (data[at[more]].astype(np.uint64) & 0x7F) << np.uint64(7 * step)
        numbers = values.astype("<u8").view(np.uint8).reshape(-1, 8)[:, : self._width].tobytes()
        self._last = index, numbers
        return numbers
