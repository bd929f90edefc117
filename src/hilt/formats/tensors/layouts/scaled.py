"""Quantised numbers as what they stand for: whole numbers times a scale, and something added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.formats.tensors.layouts.of_stored import OfStored

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled(OfStored):
    """`stored` times `scale`, plus `offset`; each is one number, or one for every row."""

    scale: float | NDArray[np.float32]
    offset: float | NDArray[np.float32] = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        scale, offset = (_of(each, begin, end) for each in (self.scale, self.offset))
        with np.errstate(over="ignore", invalid="ignore"):
            return (self.stored.rows(begin, end) * scale + offset).astype(np.float32, copy=False)

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        columns = self.stored.columns(begin, end, most)
        scale, offset = (_of(each, 0, columns.shape[1]).T for each in (self.scale, self.offset))
        with np.errstate(over="ignore", invalid="ignore"):
            return (columns * scale + offset).astype(np.float32, copy=False)


def _of(each: float | NDArray[np.float32], begin: int, end: int) -> NDArray[np.float32]:
    """What belongs to the rows [begin, end), as a column."""
    numbers = np.asarray(each, np.float32).reshape(-1, 1)
    return numbers if len(numbers) == 1 else numbers[begin:end]
