"""A tensor whose rows are blocks of numbers that share a scale, each block of so many bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.formats.tensors.layouts.byte_grid import Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unpack = Callable[["NDArray[np.uint8]"], "NDArray[np.float32]"]
"""From blocks, one a row, to the numbers in them."""

_AT_ONCE = 1 << 16
"""About how many numbers are unpacked at once: as many as a processor's cache holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Blocks of `numbers` numbers in `size` bytes, from the byte `begin` of `source` on; a row is whole blocks."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    source: ByteSource
    begin: int
    numbers: int
    size: int
    unpack: Unpack

    def piece(self, begin: int, end: int) -> tuple[ByteSource, int, int]:
        """Where the bytes of these rows lie: the source, the offset and how many they are."""
        width = self._grid.width
        if len(self.shape) < 2:
            return self.source, self.begin, width
        return self.source, self.begin + begin * width, (end - begin) * width

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        grid = self._grid
        width = prod(self.shape[1:]) if len(self.shape) > 1 else 1
        if len(self.shape) < 2:  # its one row of blocks holds as many rows of one number
            return self._unpacked(grid, 0, 1, begin, end).reshape(-1, 1)
        return self._unpacked(grid, begin, end, 0, width)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        if len(self.shape) < 2:
            return np.ascontiguousarray(self.rows(0, most).T)
        return np.ascontiguousarray(self._unpacked(self._grid, 0, most, begin, end).T)

    @property
    def _grid(self) -> Grid:
        outer = self.shape[0] if len(self.shape) > 1 else 1
        inner = prod(self.shape[1:]) if len(self.shape) > 1 else prod(self.shape)
        width = inner // self.numbers * self.size
        return Grid(name=self.name, source=self.source, begin=self.begin, height=outer, width=width)

    def _unpacked(self, grid: Grid, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        """A rectangle of numbers, from the blocks that hold them."""
        first, last = left // self.numbers, -(-right // self.numbers)
        packed = grid.cut(top, bottom, first * self.size, last * self.size)
        blocks = packed.reshape(-1, self.size)
        result, step = np.empty((len(blocks), self.numbers), np.float32), max(1, _AT_ONCE // self.numbers)
        with np.errstate(all="ignore"):
            for at in range(0, len(blocks), step):
                result[at : at + step] = self.unpack(blocks[at : at + step])
        skipped = first * self.numbers
        return result.reshape(len(packed), -1)[:, left - skipped : right - skipped]
