"""A matrix of codes with a scale for each block of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.rectangles import Rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGEST_TILE, _ONE = 256, np.float32(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """(code - zero) * scale * factor + added.

    `scales`, `zeros` and `added` have one number for each block of `block` (rows, columns) of the codes. `groups` names
    the block that each column belongs to, where columns that belong together do not stand together. `factor` is one
    number in the file for the whole matrix, of which the reciprocal is meant where `divided` is set, times `constant`.
    """

    name: str
    dtype: str
    codes: Rectangle
    block: tuple[int, int]
    scales: Rectangle
    zeros: Rectangle | None = None
    added: Rectangle | None = None
    groups: Dense | None = None
    factor: Dense | None = None
    divided: bool = False
    constant: float = 1.0
    offset: float = 0.0
    """What is subtracted from every code."""
    form: tuple[int, ...] = ()
    """The shape, where it is of other than two dimensions."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.form or self.codes.shape

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        return self._cut(begin, end, 0, self.codes.shape[1])

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return np.ascontiguousarray(self._cut(0, most, begin, end).T)

    def _cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        height, width = self.codes.shape
        bottom, right = max(top, min(bottom, height)), max(left, min(right, width))
        if top == bottom or left == right:
            return np.empty((bottom - top, right - left), np.float32)
        numbers = np.ascontiguousarray(self.codes.cut(top, bottom, left, right))
        groups = self._groups(left, right)
        with np.errstate(all="ignore"):
            if self.offset:
                numbers -= np.float32(self.offset)
            if self.zeros is not None:
                self._apply(np.subtract, numbers, self.zeros, top, left, groups)
            self._apply(np.multiply, numbers, self.scales, top, left, groups, self._factor())
            if self.added is not None:
                self._apply(np.add, numbers, self.added, top, left, groups)
        return numbers

    def _apply(
        self,
        operation: np.ufunc,
        numbers: NDArray[np.float32],
        table: Rectangle,
        top: int,
        left: int,
        groups: NDArray[np.intp] | None,
        factor: np.float32 = _ONE,
    ) -> None:
        """Changes the numbers, which begin at row `top` and column `left`, by that number of the table which is their own."""
        tall, wide = self.block
        bottom, right = top + numbers.shape[0], left + numbers.shape[1]
        columns = np.arange(left, right) // wide if groups is None else groups
        low, high = int(columns.min()), int(columns.max()) + 1
        values = table.cut(top // tall, -(-bottom // tall), low, high) * factor
        if tall > 1:
            values = values.take(np.arange(top, bottom) // tall - top // tall, axis=0)
        if groups is None and left % wide == right % wide == 0:
            numbers = numbers.reshape(*values.shape, wide)
            operation(numbers, values[..., None], out=numbers)
        else:
            operation(numbers, values.take(columns - low, axis=1), out=numbers)

    def _groups(self, left: int, right: int) -> NDArray[np.intp] | None:
        """The block of each column, where that does not follow from its place."""
        if self.groups is None:
            return None
        groups = self.groups.rows(left, right)[:, 0].astype(np.intp)
        if groups.min() < 0 or groups.max() >= self.scales.shape[1]:
            raise FormatError(f"tensor {self.groups.name!r} names a group of scales that is not there")
        return None if np.array_equal(groups, np.arange(left, right) // self.block[1]) else groups

    def _factor(self) -> np.float32:
        if self.factor is None:
            return np.float32(self.constant)
        stated = self.factor.rows(0, 1).reshape(-1)[0] * np.float32(self.constant)
        return np.float32(np.float32(1) / stated if self.divided else stated)


def block(shape: tuple[int, ...], scales: tuple[int, int]) -> tuple[int, int] | None:
    """How large the blocks are of which each has one of so many scales; None where they do not divide the matrix."""
    if len(shape) != 2 or min(*shape, *scales) < 1:
        return None
    tall, wide = (_each(size, count) for size, count in zip(shape, scales, strict=True))
    return (tall, wide) if tall and wide else None


def _each(size: int, count: int) -> int:
    """Numbers to a block. Blocks of matrix tiles are a small power of two long, but for the last one."""
    tile = 1 << (-(-size // count) - 1).bit_length()
    if -(-size // tile) == count and (tile <= _LARGEST_TILE or size % count):
        return tile
    return size // count if size % count == 0 else 0
