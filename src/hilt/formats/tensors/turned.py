"""A tensor in another order of dimensions: the outputs of a kernel, which TensorFlow keeps last, come first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.dense import Dense

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 20
"""About how many numbers of what is stored are held at once."""


def kernel(stored: TensorSource) -> TensorSource:
    """A kernel (in, out), (width, in, out), (height, width, in, out) and so on, as (out, in, height, width)."""
    *inner, outputs = stored.shape
    last = len(inner) - 1
    order = (last, *range(last))
    return _turned(stored, (outputs, *(inner[axis] for axis in order)), tuple(inner), order)


def depthwise(stored: TensorSource) -> TensorSource:
    """A kernel (height, width, channels, multiplier), as (channels * multiplier, 1, height, width)."""
    *inner, channels, multiplier = stored.shape
    return _turned(stored, (channels * multiplier, 1, *inner), tuple(inner), tuple(range(len(inner))))


def last_first(stored: TensorSource) -> TensorSource:
    """A kernel (1, height, width, channels) or (out, height, width, in), with its last dimension in front of the others."""
    *inner, last = stored.shape
    return _turned(stored, (last, *inner), tuple(inner), tuple(range(len(inner))))


def projection(stored: TensorSource, inputs: int) -> TensorSource:
    """A kernel of `inputs` dimensions of input, then those of output, as the matrix (out, in)."""
    width = prod(stored.shape[:inputs])
    return _turned(stored, (prod(stored.shape[inputs:]), width), (width,), (0,))


def _turned(
    stored: TensorSource, shape: tuple[int, ...], inner: tuple[int, ...], order: tuple[int, ...]
) -> TensorSource:
    matrix = (prod(inner), shape[0])
    whole = stored
    if stored.shape != matrix:
        whole = replace(stored, shape=matrix) if isinstance(stored, Dense) else Reshaped(stored=stored, shape=matrix)
    return Turned(stored=whole, shape=shape, inner=inner, order=order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The columns of the matrix `stored` as rows. The numbers of a column, of shape `inner`, come in another order."""

    stored: TensorSource
    shape: tuple[int, ...]
    inner: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        columns = self.stored.columns(begin, end, self.stored.shape[0])
        turned = columns.reshape(-1, *self.inner).transpose(0, *(axis + 1 for axis in self.order))
        return np.ascontiguousarray(turned.reshape(columns.shape))

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        most = min(most, self.shape[0])
        if self.order == tuple(range(len(self.order))):
            return np.ascontiguousarray(self.stored.rows(begin, end)[:, :most])
        place = np.unravel_index(np.arange(begin, end), [self.inner[axis] for axis in self.order])
        stored = [place[self.order.index(axis)] for axis in range(len(self.inner))]
        picked = np.ravel_multi_index(stored, self.inner)
        result = np.empty((end - begin, most), np.float32)
        for row, at in enumerate(picked.tolist()):
            result[row] = self.stored.rows(at, at + 1)[0, :most]
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshaped:
    """`stored` as a matrix whose rows lie one behind the other in the rows of `stored`."""

    stored: TensorSource
    shape: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype

    @property
    def _each(self) -> int:
        """Rows of the matrix in a row of what is stored."""
        return max(1, prod(self.stored.shape[1:]) // max(1, self.shape[1]))

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        each = self._each
        first = begin // each
        rows = self.stored.rows(first, -(-end // each)).reshape(-1, self.shape[1])
        return rows[begin - first * each : end - first * each]

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        count, each = min(most, self.shape[0]), self._each
        step = max(1, _BLOCK // max(1, self.shape[1] * each)) * each
        result = np.empty((end - begin, count), np.float32)
        for at in range(0, count, step):
            to = min(at + step, count)
            result[:, at:to] = self.rows(at, to)[:, begin:end].T
        return result
