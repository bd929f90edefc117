"""Whole numbers that stand for others: (number - zero point) * scale, with one scale for all, for each channel or block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.dense import Held

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_DIMENSIONS = 8
"""NumPy takes few more, and no weight has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """`stored` as the numbers that it stands for.

    `scale` and `zero` have as many dimensions as `stored`. In each they have one number for all, or one for every so
    many as `blocks` says. No `zero` is a zero point of 0.
    """

    name: str
    dtype: str
    stored: TensorSource
    blocks: tuple[int, ...]
    scale: TensorSource
    zero: TensorSource | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        rows = self.stored.rows(begin, end)
        numbers = rows.reshape(end - begin, *self.shape[1:]).copy()
        with np.errstate(over="ignore", invalid="ignore"):
            if self.zero is not None:
                numbers -= self._spread(self.zero, begin, end)
            numbers *= self._spread(self.scale, begin, end)
        return numbers.reshape(rows.shape)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return columns_of_rows(self, begin, end, most)

    def _spread(self, grid: TensorSource, begin: int, end: int) -> NDArray[np.float32]:
        """The numbers of `grid` for these rows, each repeated for its block."""
        first, *rest = self.blocks
        if grid.shape[0] == 1:
            values = grid.rows(0, 1).reshape(grid.shape)
        else:
            low = begin // first
            values = grid.rows(low, -(-end // first)).reshape(-1, *grid.shape[1:])
            values = np.repeat(values, first, axis=0)[begin - low * first : end - low * first]
        for axis, each in enumerate(rest, start=1):
            if each > 1 and grid.shape[axis] > 1:
                values = np.repeat(values, each, axis=axis).take(range(self.shape[axis]), axis=axis)
        return values


def affine(
    stored: TensorSource,
    scale: TensorSource,
    zero: TensorSource | None,
    *,
    name: str,
    dtype: str,
    block: tuple[int, int] | None = None,
) -> TensorSource:
    """`stored` as the numbers that it stands for. `block` is a dimension, and how many numbers along it share a scale.

    Raises `FormatError` where the scales do not divide it into blocks.
    """
    shape = stored.shape
    counts = scale.shape if zero is None else tuple(map(max, scale.shape, zero.shape))
    places = zip(shape, counts, strict=False)
    blocks = [size // count if count and not size % count else 0 for size, count in places]
    if block is not None and block[0] < len(blocks):
        blocks[block[0]] = block[1]
    for grid in (scale, zero):
        if grid is not None and not _divides(grid.shape, shape, blocks):
            raise FormatError(f"tensor {name!r} of shape {shape} has scales of shape {grid.shape}")
    return Affine(name=name, dtype=dtype, stored=stored, blocks=tuple(blocks), scale=scale, zero=zero)


def channels(values: Sequence[float] | NDArray[np.float32], rank: int, axis: int) -> Held:
    """Scales or zero points along one dimension of a tensor of so many; a single one is that of all."""
    numbers = np.asarray(values, np.float32).reshape(-1)
    shape = [1] * rank
    if numbers.size > 1:
        shape[axis] = numbers.size
    return Held(name="", dtype="F32", values=numbers.reshape(shape))


def _divides(grid: Sequence[int], shape: Sequence[int], blocks: Sequence[int]) -> bool:
    """Does every number of a tensor of this shape have a block, and every block a number?"""
    if not len(grid) == len(shape) == len(blocks) or not 0 < len(shape) <= _MOST_DIMENSIONS or min(shape) <= 0:
        return False
    places = zip(grid, shape, blocks, strict=True)
    return all(count == 1 or (each > 0 and -(-size // each) == count) for count, size, each in places)
