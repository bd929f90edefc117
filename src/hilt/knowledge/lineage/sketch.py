"""The sketch of a block of numbers: 256 numbers whose angles are those of the blocks they were made of.

A CountSketch (Charikar, Chen, Farach-Colton 2002): the number at row i and column j is added, with a sign, to one of 256
buckets; bucket and sign come from splitmix64(i * 2^20 + j). Before that the mean of every row and of every column is taken
away, because what all models of a kind have in common (offsets, outlier channels) would make strangers look alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.knowledge.lineage.splitmix import splitmix64

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUCKETS = 256
_CONSTANT = 1e-6
"""What is left of a block without its means, over its largest number: rounding alone leaves less than this."""
_LARGEST = 3e38
_ANALYTIC = 0.85
"""Share of the energy in four frequencies: a sinusoid has .95 and more, what was trained less than .6."""
_SMOOTH = 0.05
"""Mean square of the steps from number to number, over that of independent ones: smoother rows were computed. Whisper's
positions have .04, of 1,700 trained tensors of 40 models the smoothest one (silero's first layer) .07."""
_SHORTEST = 32
"""Rows shorter than this have too few frequencies to tell."""


class Sketched(NamedTuple):
    """`numbers` have the norm 16, so that a half float holds them well. `norm` times the root of how many numbers the block
    has is what theirs was: about the root of the mean square of the centred block, to 4 %. `spread` is how many numbers of the block are independent, so that unrelated blocks have a cosine of about
    1/sqrt(min(256, spread)); 0 where the block says nothing: constant, or made by a formula."""

    numbers: NDArray[np.float16]
    norm: float
    spread: int


def sketch(block: NDArray[np.float32]) -> Sketched | None:
    """The sketch of a block of two dimensions; None for one that is constant."""
    values = centred(block)
    largest = float(np.abs(block).max(initial=0.0))
    if not values.size or float(np.sqrt(np.mean(np.square(values)))) <= _CONSTANT * largest:
        return None
    buckets, signs = _places(*values.shape)
    sums = np.bincount(buckets, weights=(values * signs).ravel(), minlength=BUCKETS)
    length = float(np.sqrt(np.sum(np.square(sums))))
    if length == 0.0 or not np.isfinite(length):
        return None
    norm = min(length / np.sqrt(values.size), _LARGEST)
    return Sketched((sums * (16 / length)).astype(np.float16), float(np.float32(norm)), spread(values))


def centred(block: NDArray[np.float32]) -> NDArray[np.float64]:
    """Without the mean of every row and column; of a single row or column only without its own."""
    values = np.nan_to_num(block.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if not values.size:
        return values
    if min(values.shape) > 1:
        values -= values.mean(axis=1, keepdims=True)
        values -= values.mean(axis=0, keepdims=True)
    else:
        values -= values.mean()
    return values


def level(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every row with norm 1 and its larger side up (the sum of its cubes is positive).

    What folding a batch normalisation does to the rows of a convolution, or weight normalisation, is gone then.
    """
    values = np.nan_to_num(block.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    norms = np.sqrt(np.square(values).sum(axis=1, keepdims=True))
    values /= np.where(norms > 0, norms, 1)
    up = np.where((values**3).sum(axis=1, keepdims=True) < 0, -1, 1)
    return (values * up).astype(np.float32)


def spread(values: NDArray[np.float64]) -> int:
    """How many numbers of a centred block are independent, as far as its peaks and its frequencies tell; 0 for a formula."""
    squares = np.square(values)
    peaks = float(squares.sum()) ** 2 / float(np.square(squares).sum())
    share = 1.0
    for turned in (values, values.T):
        if turned.shape[1] >= _SHORTEST:
            if _is_smooth(turned):
                return 0
            power = np.square(np.abs(np.fft.rfft(turned, axis=1)[:, 1:]))
            total = power.sum(axis=1)
            top = np.partition(power, -4, axis=1)[:, -4:].sum(axis=1)
            if float(np.mean(top[total > 0] / total[total > 0])) > _ANALYTIC:
                return 0
            share *= _bandwidth(power)
    return int(min(peaks, share * values.size, 65_535))


def _is_smooth(values: NDArray[np.float64]) -> bool:
    """Do the numbers of a row follow each other, or every other one, as sines and cosines that take turns?"""
    independent = 2 * float(np.mean(np.square(values)))
    steps = (values[:, lag:] - values[:, :-lag] for lag in (1, 2))
    return any(float(np.mean(np.square(step))) < _SMOOTH * independent for step in steps)


def _bandwidth(power: NDArray[np.float64]) -> float:
    """The part of all frequencies that the rows make use of: 1 for noise, whatever the number of rows."""
    rows, frequencies = power.shape
    mean = power.mean(axis=0)
    used = float(mean.sum()) ** 2 / float(np.square(mean).sum())
    return float(min(1.0, used * (rows + 1) / rows / frequencies))


@lru_cache(maxsize=64)
def _places(rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    at = (np.arange(rows, dtype=np.uint64)[:, None] << np.uint64(20)) + np.arange(columns, dtype=np.uint64)
    mixed = splitmix64(at.astype(np.uint64))
    signs = 1.0 - 2.0 * ((mixed >> np.uint64(40)) & np.uint64(1)).astype(np.float64)
    return (mixed % np.uint64(BUCKETS)).astype(np.int64).ravel(), signs
