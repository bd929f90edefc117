"""A tensor made of rows of another one, and one whose rows lie in another order inside."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.quantised import columns_of_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The rows [begin, end) of `stored` for each of `parts`, one behind the other."""

    name: str
    stored: TensorSource
    parts: tuple[tuple[int, int], ...]

    @property
    def dtype(self) -> str:
        return self.stored.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return sum(end - begin for begin, end in self.parts), *self.stored.shape[1:]

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        found, at = [self.stored.rows(0, 0)], 0
        for first, last in self.parts:
            low, high = max(begin - at, 0), min(end - at, last - first)
            if low < high:
                found.append(self.stored.rows(first + low, first + high))
            at += last - first
        return np.concatenate(found)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return columns_of_rows(self, begin, end, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsFirst:
    """A kernel (out, height, width, in) as (out, in, height, width), for any number of dimensions."""

    stored: TensorSource

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype

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
class Cropped:
    """The matrix `stored` without what fills its rows beyond `width`."""

    stored: TensorSource
    width: int

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape[0], self.width

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        return self.stored.rows(begin, end)[:, : self.width]

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return self.stored.columns(begin, end, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """A tensor with its first two dimensions in the other order: a kernel (out, in, ...) as (in, out, ...)."""

    stored: TensorSource

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype

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
