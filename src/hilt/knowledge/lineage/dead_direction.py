"""A direction in which none of many matrices writes: what is left where it was cut out of all of them.

Of the columns of every matrix the Gram matrix is taken, of trace one, and summed over parts of the layers, from an eighth of
them to all, for the matrices out of attention, those out of feed-forward blocks, and both. Its smallest eigenvalues lie close
together in trained models; where a few directions are missing, there is a gap above them. The `gap` of a part is the
smallest ratio of neighbours among the smallest eigenvalues: 1 where there is none, 0 where a direction is gone.

Set aside are dimensions in which nothing is written (dead channels), the direction of all ones (in models with LayerNorm
nothing along it matters, and nothing is written), and gaps below which there are directions of few dimensions alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.slabs import NARROWEST, Slab, Stack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_DIRECTIONS, _NEIGHBOURS = 6, 12
"""So many directions may be missing together, and so many ratios of neighbours are looked at."""
_TRIED, _STEPS, _BLOCK = 24, 12, 128
_DOUBLE = 1024
"""Up to this width numbers of 64 bits are used; above, those of 32 save memory and time."""
_RIDGE = {8: 1e-6, 4: 1e-4}
_DEAD = 1e-4
"""A dimension with less of the trace than this part of what is usual is dead."""
_TINY = 1e-30
_KINDS = ("o", "down")


class Gap(NamedTuple):
    """The gap of one part of the layers: `kind` is "o", "down" or "both", `layers` the first and the last."""

    value: float
    kind: str
    layers: tuple[int, int]


class Gaps(NamedTuple):
    """Of all layers and both kinds; the smallest of any part; the layers of matrices by themselves, with their gaps.

    `matrices` were looked at, `matched` of them lie in the part with the smallest gap. `rotated`: all dimensions are written
    alike, as where the stream was rotated. Then channels and the direction of all ones cannot be told from others.
    """

    full: float
    smallest: Gap
    one_by_one: tuple[tuple[int, float], ...]
    matrices: int
    matched: int
    rotated: bool


class _Part:
    """A part of the layers that is being summed up."""

    def __init__(self, width: int, layers: tuple[int, ...]) -> None:
        self.layers, self.counts = layers, dict.fromkeys(_KINDS, 0)
        self.sums = {kind: np.zeros((width, width), np.float32) for kind in _KINDS}

    def add(self, kind: str, gram: Floats) -> None:
        self.sums[kind] += gram
        self.counts[kind] += 1

    def close(self) -> list[Gap]:
        """The gaps of this part; both kinds together where both are there."""
        first, last = self.layers[0], self.layers[-1]
        gaps = [Gap(gap(self.sums[kind]), kind, (first, last)) for kind in _KINDS if self.counts[kind]]
        if all(self.counts.values()):
            self.sums["o"] += self.sums["down"]
            gaps.append(Gap(gap(self.sums["o"]), "both", (first, last)))
        return gaps


class _Level:
    """The layers cut into so many parts, of which one at a time is summed up: they come in order."""

    def __init__(self, stack: Stack, parts: int) -> None:
        layers, self.width = stack.layers, stack.width
        cuts = [len(layers) * part // parts for part in range(parts + 1)]
        self.parts = [layers[begin:end] for begin, end in pairwise(cuts)]
        self.open: _Part | None = None

    def add(self, slab: Slab, kind: str, gram: Floats) -> list[Gap]:
        """The gaps of the part before, if it ended."""
        gaps: list[Gap] = []
        if self.open is None or slab.writer.layer not in self.open.layers:
            gaps = self.close()
            layers = next(layers for layers in self.parts if slab.writer.layer in layers)
            self.open = _Part(self.width, layers)
        self.open.add(kind, gram)
        return gaps

    @property
    def even(self) -> bool:
        """Are all dimensions of the open part written alike?"""
        if self.open is None:
            return False
        energy = sum((np.diagonal(one) for one in self.open.sums.values()), np.zeros(self.width, np.float32))
        return float(np.std(energy)) < float(np.mean(energy)) * float(table("safeguards")["alone"]["uneven"])

    def close(self) -> list[Gap]:
        gaps = [] if self.open is None else self.open.close()
        self.open = None
        return gaps


def gaps(stack: Stack) -> Gaps | None:
    """The gaps of one stack of layers; None where nothing could be read. Raises as its tensors do."""
    levels = [_Level(stack, 1 << level) for level in range(stack.parts.bit_length())]
    found: list[Gap] = []
    single: list[tuple[int, float]] = []
    seen: list[tuple[int, str]] = []
    for slab in stack.slabs():
        gram = _gram(slab.columns)
        if gram is None:
            continue
        kind = "o" if slab.writer.kind in {"o", "cross"} else "down"
        seen.append((slab.writer.layer, kind))
        if slab.alone:
            single.append((slab.writer.layer, gap(gram)))
        for level in levels:
            found += level.add(slab, kind, gram)
    rotated = levels[0].even
    whole = levels[0].close()
    for level in levels[1:]:
        found += level.close()
    if not whole:
        return None
    smallest = min([*whole, *found])
    first, last = smallest.layers
    matched = sum(first <= layer <= last and smallest.kind in {kind, "both"} for layer, kind in seen)
    return Gaps(whole[-1].value, smallest, tuple(single), len(seen), matched, rotated)


def gap(gram: Floats) -> float:
    """The smallest ratio of neighbours among the smallest eigenvalues of a Gram matrix; 1 where it tells nothing."""
    energy = np.diagonal(gram)
    alive = energy > _DEAD * float(np.median(energy))
    size = int(np.count_nonzero(alive))
    if size < NARROWEST:
        return 1.0
    matrix: Any = (gram if size == len(gram) else gram[np.ix_(alive, alive)]).astype(
        np.float64 if size <= _DOUBLE else np.float32
    )
    means = matrix.mean(axis=0)
    matrix -= means
    matrix -= (means - means.mean())[:, None]
    usual = float(np.trace(matrix)) / size
    if usual <= 0:
        return 1.0
    matrix /= usual
    matrix += matrix.dtype.type(1 / size)  # the direction of all ones, for which nothing is left, gets what is usual
    values, vectors = _smallest(matrix)
    wide = 1 / (size * np.sum(np.square(np.square(vectors)), axis=0)) >= table("safeguards")["alone"]["participation"]
    values, missing = np.maximum(values, 0), np.cumsum(wide)
    below = (missing[:-1] >= 1) & (missing[:-1] <= _DIRECTIONS)
    return float(np.min((values[:-1] / np.maximum(values[1:], _TINY))[:_NEIGHBOURS][below[:_NEIGHBOURS]], initial=1.0))


def _gram(columns: Floats) -> Floats | None:
    """Of trace one; None where nothing is written."""
    total = float(np.vdot(columns, columns))
    if not 0 < total < np.inf:
        return None
    gram: Floats = columns @ columns.T  # one and the same array: half the work
    gram /= np.float32(total)
    return gram


def _smallest(matrix: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The smallest eigenvalues in order, with their vectors as columns: by inverse iteration of a whole subspace."""
    size, ridge = len(matrix), _RIDGE[matrix.dtype.itemsize]
    factor = None
    while factor is None:
        try:
            factor = _Factor(matrix, ridge)
        except np.linalg.LinAlgError:
            ridge *= 10
    basis = np.random.default_rng(0).standard_normal((size, min(_TRIED, size))).astype(matrix.dtype)
    for _ in range(_STEPS):
        basis = factor.solved(np.linalg.qr(basis)[0])
    basis = np.linalg.qr(basis)[0]
    values, turn = np.linalg.eigh(basis.T @ (matrix @ basis))
    return values, basis @ turn


class _Factor:
    """L of a Cholesky decomposition L L^T, block by block: numpy has it in 64 bits alone, and solves no triangular equations."""

    def __init__(self, matrix: NDArray[Any], ridge: float) -> None:
        """Raises `LinAlgError` where rounding left the matrix with an eigenvalue below zero."""
        self.lower = matrix.copy()
        self.lower.flat[:: len(matrix) + 1] += ridge
        self.blocks = [slice(begin, begin + _BLOCK) for begin in range(0, len(matrix), _BLOCK)]
        self.inverses = []
        for block in self.blocks:
            before, below = slice(0, block.start), slice(block.start, None)
            self.lower[below, block] -= self.lower[below, before] @ self.lower[block, before].T
            diagonal = np.linalg.cholesky(self.lower[block, block])
            inverse = np.linalg.inv(diagonal).astype(matrix.dtype)
            self.inverses.append(inverse)
            self.lower[block, block] = diagonal
            self.lower[block.stop :, block] = self.lower[block.stop :, block] @ inverse.T

    def solved(self, right: NDArray[Any]) -> NDArray[Any]:
        """x in L L^T x = right."""
        middle, solved = np.empty_like(right), np.empty_like(right)
        for block, inverse in zip(self.blocks, self.inverses, strict=True):
            middle[block] = inverse @ (right[block] - self.lower[block, : block.start] @ middle[: block.start])
        for block, inverse in zip(reversed(self.blocks), reversed(self.inverses), strict=True):
            solved[block] = inverse.T @ (middle[block] - self.lower[block.stop :, block].T @ solved[block.stop :])
        return solved
