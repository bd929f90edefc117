"""Do numbers lie on the steps that quantising leaves? Seen in floats that were quantised once."""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP = 32
_FEW = 0.625
"""Of 32 neighbours that were not quantised nearly all differ, of bfloat16 about 30; of those of 4 bits, 11."""
_FEWEST = 2_000
"""Blocks of fewer numbers do not tell."""
_BYTE = 256
_IN_ROW = 0.4
_STEPS = 127
_NEAR = 0.04
"""Mean distance from a step, in steps; half floats of the largest numbers are off by 0.03, any others by 0.25."""


class _Counts(NamedTuple):
    """The medians, over rows, of how many numbers are not zero, and of how many different ones there are among those."""

    some: float
    different: float


def step_bits(block: NDArray[np.float32]) -> int:
    """Of how many bits the steps are: 1 to 5, or 8; 0 where there are none, or where zeros hide them."""
    width = block.shape[1]
    if block.size < _FEWEST or width < _GROUP:
        return 0
    groups = block[:, : width - width % _GROUP].reshape(-1, _GROUP)
    near, wide = _counts(groups), _counts(block)
    if near.some < _GROUP // 8:
        return 0
    if near.different <= _FEW * near.some:
        return max(1, ceil(log2(near.different + 1)))
    if wide.different <= min(_BYTE, _IN_ROW * wide.some) or _in_steps(groups) or _in_steps(block):
        return 8
    everything = _counts(block.reshape(1, -1))
    return 8 if everything.different <= min(_BYTE, _IN_ROW * everything.some) else 0


def _counts(rows: NDArray[np.float32]) -> _Counts:
    in_order = np.sort(rows, axis=1)
    some = np.count_nonzero(in_order, axis=1)
    different = 1 + np.count_nonzero(np.diff(in_order, axis=1), axis=1) - (some < rows.shape[1])
    return _Counts(float(np.median(some)), float(np.median(different)))


def _in_steps(groups: NDArray[np.float32]) -> bool:
    """Is every number of a group a multiple of 1/127 of the largest, as in blocks of Q8_0?"""
    largest = np.abs(groups).max(axis=1, keepdims=True)
    steps = groups / np.where(largest > 0, largest, 1) * _STEPS
    return float(np.median(np.mean(np.abs(steps - np.round(steps)), axis=1))) < _NEAR
