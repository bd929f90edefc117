"""A tensor in another order of dimensions: the outputs of a kernel, which TensorFlow keeps last, come first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.of_stored import OfStored

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    return Turned(stored=reshaped(stored, (prod(inner), shape[0])), shape=shape, inner=inner, order=order)


def reshaped(stored: TensorSource, shape: tuple[int, ...]) -> TensorSource:
    """The same numbers as a tensor of this shape, whose rows are no longer than those of `stored`."""
    if stored.shape == shape:
        return stored
    return replace(stored, shape=shape) if isinstance(stored, Dense) else Reshaped(stored=stored, shape=shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned(OfStored):
    """The columns of the matrix `stored` as rows. The numbers of a column, of shape `inner`, come in another order."""

    shape: tuple[int, ...]
    inner: tuple[int, ...]
    order: tuple[int, ...]

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
class ChannelsFirst(OfStored):
    """A kernel (out, height, width, in) as (out, in, height, width), for any number of dimensions."""

    @property
    def shape(self) -> tuple[int, ...]:
        outputs, *inner, inputs = self.stored.shape
        return outputs, inputs, *inner

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        rows = self.stored.rows(begin, end)
        inputs = self.stored.shape[-1]
        return np.ascontiguousarray(rows.reshape(end - begin, -1, inputs).transpose(0, 2, 1)).reshape(rows.shape)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return columns_of_rows(self, begin, end, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped(OfStored):
    """A tensor with its first two dimensions in the other order: a kernel (out, in, ...) as (in, out, ...)."""

    @property
    def shape(self) -> tuple[int, ...]:
        first, second, *rest = self.stored.shape
        return second, first, *rest

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        first, each = self.stored.shape[0], prod(self.stored.shape[2:])
        columns = self.stored.columns(begin * each, end * each, first)
        return np.ascontiguousarray(columns.reshape(-1, each, first).transpose(0, 2, 1)).reshape(end - begin, -1)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return columns_of_rows(self, begin, end, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshaped(OfStored):
    """`stored` as a matrix whose rows lie one behind the other in the rows of `stored`."""

    shape: tuple[int, ...]

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
        return columns_of_rows(self, begin, end, most, together=self._each)
