"""Do numbers lie on the steps that quantising leaves? Seen in floats that were quantised once."""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP = 32
_FEW = 20
"""Among 32 neighbours that were not quantised nearly all numbers differ; of bfloat16, about 30."""
_FEWEST = 2_000
"""Blocks of fewer numbers do not tell."""
_BYTE = 256
_STEPS = 127
_NEAR = 0.04
"""Mean distance from a step, in steps; half floats of the largest numbers are off by 0.03, any others by 0.25."""


def grid(block: NDArray[np.float32]) -> int:
    """Of how many bits the steps are: 1 to 5, or 8; 0 where there are none, or where zeros hide them."""
    width = block.shape[1]
    if block.size < _FEWEST or width < _GROUP:
        return 0
    groups = np.sort(block[:, : width - width % _GROUP].reshape(-1, _GROUP), axis=1)
    groups = groups[np.count_nonzero(groups, axis=1) > _GROUP // 2]
    if not len(groups):
        return 0
    different = float(np.median(1 + np.count_nonzero(np.diff(groups, axis=1), axis=1)))
    if different <= _FEW:
        return max(1, ceil(log2(min(different, 2 * _STEPS))))
    if _few_in_rows(block) or _in_steps(groups) or _in_steps(block):
        return 8
    return 0


def _few_in_rows(block: NDArray[np.float32]) -> bool:
    """Steps of one size for a row or for all: no more than 256 different numbers, though there are many."""
    if len(np.unique(block)) <= _BYTE:
        return True
    in_rows = np.sort(block, axis=1)
    different = float(np.median(1 + np.count_nonzero(np.diff(in_rows, axis=1), axis=1)))
    return bool(different <= min(_BYTE, 0.4 * block.shape[1]))


def _in_steps(groups: NDArray[np.float32]) -> bool:
    """Is every number of a group a multiple of 1/127 of the largest, as in blocks of Q8_0?"""
    largest = np.abs(groups).max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = groups * (_STEPS / np.where(largest > 0, largest, 1))
    return float(np.median(np.mean(np.abs(steps - np.round(steps)), axis=1))) < _NEAR
