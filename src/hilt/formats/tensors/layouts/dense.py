"""A tensor whose numbers lie one behind the other, all of one size; and one held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource, expect
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.exact import exactly
from hilt.formats.tensors.layouts.numbers import SIZES, to_floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRIDED = 64
"""Columns are read one piece a row where a row is so many times longer than what is wanted of it."""
_BLOCK = 1 << 20
"""About how many numbers are taken from the source at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """Numbers in `source` from `begin` on, in C order and of the format `dtype` (a key of `numbers.SIZES`)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    source: ByteSource
    begin: int
    big_endian: bool = False

    @property
    def _width(self) -> int:
        return prod(self.shape[1:])

    def piece(self, begin: int, end: int) -> tuple[ByteSource, int, int]:
        """Where the bytes of these rows lie: the source, the offset and how many they are."""
        size = self._width * SIZES[self.dtype]
        return self.source, self.begin + begin * size, (end - begin) * size

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        width, size = self._width, SIZES[self.dtype]
        data = self._bytes(self.begin + begin * width * size, (end - begin) * width * size)
        return to_floats(data, self.dtype, big_endian=self.big_endian).reshape(end - begin, width)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        width, size = self._width, SIZES[self.dtype]
        count, end = min(most, self.shape[0] if self.shape else 1), min(end, width)
        if width < _STRIDED * (end - begin):
            return columns_of_rows(self, begin, end, most)
        step = max(1, _BLOCK // max(1, end - begin))
        result = np.empty((end - begin, count), np.float32)
        for at in range(0, count, step):
            to = min(at + step, count)
            places = [(self.begin + (row * width + begin) * size, (end - begin) * size) for row in range(at, to)]
            expect(self.source, places)
            data = b"".join(self._bytes(offset, n) for offset, n in places)
            floats = to_floats(data, self.dtype, big_endian=self.big_endian)
            result[:, at:to] = floats.reshape(to - at, end - begin).T
        return result

    def _bytes(self, offset: int, n: int) -> bytes:
        return exactly(self.source, offset, n, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Numbers that are in memory already: small ones, and those that their format gives only whole."""

    name: str
    dtype: str
    values: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        return self._matrix[begin:end]

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return np.ascontiguousarray(self._matrix[:most, begin:end].T)

    @property
    def _matrix(self) -> NDArray[np.float32]:
        rows = self.shape[0] if self.shape else 1
        return self.values.reshape(rows, prod(self.shape[1:]))
