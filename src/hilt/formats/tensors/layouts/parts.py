"""A tensor made of some rows or some columns of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.of_stored import OfStored

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
class Cropped(OfStored):
    """The matrix `stored` without what fills its rows beyond `width`."""

    width: int

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape[0], self.width

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        return self.stored.rows(begin, end)[:, : self.width]

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return self.stored.columns(begin, end, most)
