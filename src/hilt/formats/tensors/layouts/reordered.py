"""The rows of a tensor in another order: what a converter moved is moved back."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.formats.tensors.layouts.blocks import Blocks
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.of_stored import OfStored

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GAP = 8
"""Rows that are read although none of them is wanted, rather than reading anew behind them."""
_AT_ONCE = 1 << 20
"""About how many numbers are held while some of them are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordered(OfStored):
    """The rows of `stored` in another order.

    Counted through the dimensions `counts`, a row lies in `stored` where its counts lead to in the order `axes`: with
    (heads, 2, half) and (0, 2, 1), the two halves of every head lie interleaved there.
    """

    stored: Dense | Blocks
    counts: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape

    def piece(self, begin: int, end: int) -> tuple[ByteSource, int, int]:
        """Where the bytes of these rows lie, with others among them: the source, the offset and how many they are."""
        wanted = self._places(begin, end)
        return self.stored.piece(int(wanted.min()), int(wanted.max()) + 1)

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        wanted = self._places(begin, end)
        result = np.empty((len(wanted), prod(self.shape[1:])), np.float32)
        order = np.argsort(wanted)
        ordered = wanted[order]
        most = max(1, _AT_ONCE // max(1, result.shape[1]))
        at = 0
        for low, high in _runs(ordered, most):
            some = self.stored.rows(low, high)
            to = int(np.searchsorted(ordered, high))
            result[order[at:to]] = some[ordered[at:to] - low]
            at = to
        return result

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        wanted = self._places(0, most)
        highest = int(wanted.max()) + 1 if len(wanted) else 0
        return np.ascontiguousarray(self.stored.columns(begin, end, highest)[:, wanted])

    def _places(self, begin: int, end: int) -> NDArray[np.intp]:
        """Where the rows [begin, end) lie in `stored`."""
        counted = np.unravel_index(np.arange(begin, min(end, self.shape[0])), self.counts)
        return np.ravel_multi_index([counted[axis] for axis in self.axes], [self.counts[axis] for axis in self.axes])


def _runs(ordered: NDArray[np.intp], most: int) -> list[tuple[int, int]]:
    """Stretches that hold all of these places, in order and each once; few places that none asks for, `most` in each."""
    runs: list[tuple[int, int]] = []
    for place in ordered.tolist():
        if runs and place - runs[-1][1] < _GAP and place - runs[-1][0] < most:
            runs[-1] = runs[-1][0], place + 1
        else:
            runs.append((place, place + 1))
    return runs
