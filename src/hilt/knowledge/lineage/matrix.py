"""A tensor as one matrix, block by block, without numbers that are none; and the random signs of its rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.splitmix import GOLDEN, splitmix64

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 21
"""About how many numbers are held at once."""
_WHOLE = 8 * BLOCK
"""A matrix of a stack is read at once up to this size."""
_STACKED = 32
"""A tensor of three dimensions whose last two are no smaller is a stack of matrices, one for each expert."""
_HUGE = 1e15
"""A number above this is no weight."""


class Block(NamedTuple):
    """Some numbers of a matrix, from row `row` and column `column` on. `odd` of them were none, infinite or beyond all
    bounds, and are zeros now. `squares` is the sum of their squares."""

    row: int
    column: int
    numbers: NDArray[np.float32]
    squares: float
    odd: int


def matrix_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the matrix that a tensor is taken as: the first dimension, and all others.

    Of a stack of matrices, one for each expert, the rows stand below each other.
    """
    if is_stack(shape):
        return shape[0] * shape[1], shape[2]
    return (shape[0], prod(shape[1:])) if shape else (1, 1)


def is_stack(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and min(shape[1:]) >= _STACKED


def blocks(tensor: TensorSource, most: int = 1 << 62) -> Iterator[Block]:
    """All numbers of a tensor as `matrix_shape` has them; of a stack those of the first `most` matrices.

    Raises as the tensor does.
    """
    if is_stack(tensor.shape):
        for number in range(min(tensor.shape[0], most)):
            yield from _stacked(tensor, number)
        return
    rows, width = matrix_shape(tensor.shape)
    if width <= BLOCK:
        step = max(1, BLOCK // max(1, width))
        for begin in range(0, rows, step):
            yield _clean(begin, 0, tensor.rows(begin, min(begin + step, rows)))
        return
    step = max(1, BLOCK // rows)
    for begin in range(0, width, step):
        yield _clean(0, begin, tensor.columns(begin, min(begin + step, width), rows).T)


def signs(begin: int, end: int, seed: int = 0) -> NDArray[np.float32]:
    """The 48 random signs of each row or column from `begin` to `end`: of shape (end - begin, 48)."""
    index = np.arange(begin, end, dtype=np.uint64) + np.uint64(seed & 0xFFFFFFFF) * np.uint64(1 << 32)
    bits = np.unpackbits(splitmix64(index * GOLDEN).astype("<u8").view(np.uint8).reshape(-1, 8)[:, :6], axis=1)
    return bits.astype(np.float32) * 2 - 1


def _stacked(tensor: TensorSource, number: int) -> Iterator[Block]:
    """One matrix of a stack. A large one is read a few rows at a time, of all matrices before it as well."""
    _, rows, width = tensor.shape
    first = number * rows
    if rows * width <= _WHOLE:
        whole = tensor.rows(number, number + 1).reshape(rows, width)
        step = max(1, BLOCK // width)
        for begin in range(0, rows, step):
            yield _clean(first + begin, 0, whole[begin : begin + step])
        return
    step = max(1, BLOCK // (width * (number + 1)))
    for begin in range(0, rows, step):
        end = min(begin + step, rows)
        piece = tensor.columns(begin * width, end * width, number + 1)[:, number]
        yield _clean(first + begin, 0, piece.reshape(end - begin, width))


def _clean(row: int, column: int, numbers: NDArray[np.float32]) -> Block:
    numbers = np.ascontiguousarray(numbers, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = float(np.vdot(numbers, numbers))
        if np.isfinite(squares):
            return Block(row, column, numbers, squares, 0)
        sound = np.abs(numbers) <= _HUGE
    numbers = np.where(sound, numbers, np.float32(0))
    return Block(row, column, numbers, float(np.vdot(numbers, numbers)), int(sound.size - np.count_nonzero(sound)))
