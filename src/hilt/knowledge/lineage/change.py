"""What became of a tensor, from two sketches of it: nothing, rounding, or how large a change."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from hilt.knowledge.lineage.bits import bits, floating
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.match import Match
from hilt.knowledge.lineage.prints import How, Sketch, TensorPrint

_DIGEST = 8
_SCALED = 0.25
_SUMMED = 1e-5
"""What the order in which numbers are added up makes of a change that is none."""


class Degree(IntEnum):
    """What became of the numbers of a tensor."""

    EXACT = 0
    ROUNDED = 1
    """To another format of 16 bits or more."""
    QUANTISED = 2
    """No more than quantising alone changes."""
    PRUNED = 3
    """No more than what is zero now can account for."""
    MOVED = 4


class Changed(NamedTuple):
    """`change` is the norm of the difference over that of A's."""

    degree: Degree
    change: float


def changed(match: Match, a: TensorPrint, b: TensorPrint, change: float | None = None) -> Changed:
    """What became of tensor `a` in `b`; quantising and pruning count in either direction.

    `change` is that of all numbers, where it was measured; without it the sketches tell.
    """
    measured = change is not None
    exact, rounded = _digests(a, b)
    if exact and not change and match.how != "permuted":
        return Changed(Degree.EXACT, 0.0)
    if match.sketches is None:
        return Changed(Degree.ROUNDED, 0.0)
    change = _by_sketches(match.sketches, a, b) if change is None else change
    allowed = quantising(a, b)
    if least(a, b) <= change <= allowed:
        return Changed(Degree.QUANTISED, change)
    if (rounded or change <= _rounding(a, b)) and not (measured and change > _SUMMED and _of_one_half(a, b)):
        return Changed(Degree.ROUNDED, change)
    zeros = abs(b.zeros - a.zeros)
    if zeros > zeros_allowed(a, b) and change <= math.hypot(math.sqrt(zeros), allowed):
        return Changed(Degree.PRUNED, change)
    return Changed(Degree.MOVED, change)


def _by_sketches(pair: tuple[Sketch, Sketch], a: TensorPrint, b: TensorPrint) -> float:
    """Where the rows of a convolution were scaled, as when a batch norm is folded in, that is no change of it."""
    change = difference(*pair)
    levelled = [one for tensor in (a, b) for one in tensor.sketches if one.how is How.LEVELLED]
    if len(levelled) == 2 and (less := difference(*levelled)) < _SCALED * change:
        return less
    return change


def difference(a: Sketch, b: Sketch) -> float:
    """The norm of the difference of two blocks over that of the first. Of rows of norm 1, where batch norms were folded."""
    one, two = (np.frombuffer(sketch.numbers, "<f2").astype(np.float64) / 16 for sketch in (a, b))
    scale = 1.0 if How.LEVELLED in {a.how, b.how} else b.norm / a.norm if a.norm > 0 else 1.0
    return float(np.linalg.norm(scale * two - one))


def quantised_bits(tensor: TensorPrint) -> float:
    """Of how few bits its numbers are, as they are stored or as they lie on a grid; 0 where it was not quantised."""
    return bits(tensor.dtype) if not floating(tensor.dtype) else float(tensor.grid)


def quantising(a: TensorPrint, b: TensorPrint) -> float:
    """The largest change that quantising one of them, or both, makes; 0 where neither is."""
    return math.hypot(*(_by_bits("quantised", few) for one in (a, b) if (few := quantised_bits(one))))


def least(a: TensorPrint, b: TensorPrint) -> float:
    """A change that is smaller is not that of quantising one of them, though its numbers lie on a grid: it was quantised
    before, and then trained further. Infinite where neither is quantised."""
    return float(table("relate")["least"]) * quantising(a, b) or math.inf


def zeros_allowed(a: TensorPrint, b: TensorPrint) -> float:
    """By how much the share of zeros may differ without one of them being pruned: quantising makes zeros as well."""
    few = [known for one in (a, b) if (known := quantised_bits(one))]
    return _by_bits("quantised_zeros", min(few)) if few else float(table("relate")["zeros"])


def _by_bits(figure: str, bits_of_one: float) -> float:
    figures = table("relate")[figure]
    return float(figures[max((known for known in figures if float(known) <= bits_of_one), key=float, default="1")])


def _of_one_half(a: TensorPrint, b: TensorPrint) -> bool:
    """Are both in the same format of 16 bits? Then nothing was rounded, and what differs was trained."""
    return a.dtype == b.dtype and a.dtype in {"BF16", "F16"}


def _rounding(a: TensorPrint, b: TensorPrint) -> float:
    both = {a.dtype, b.dtype}
    return _bfloat16() if "BF16" in both and len(both) > 1 else float(table("relate")["same"])


def _bfloat16() -> float:
    return float(table("relate")["bfloat16"])


def _digests(a: TensorPrint, b: TensorPrint) -> tuple[bool, bool]:
    """Are the numbers the same? And rounded to one of two formats?"""
    if a.whole is not b.whole or not a.digests or not b.digests:
        return False, False
    same = [
        a.digests[begin : begin + _DIGEST] == b.digests[begin : begin + _DIGEST] != bytes(_DIGEST)
        for begin in range(0, 3 * _DIGEST, _DIGEST)
    ]
    return same[0], same[1] or same[2]
