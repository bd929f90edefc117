"""A direction that was taken out of what many matrices write, or put into it: seen from their sketches before and after.

With dW the change of a matrix W, a direction v was taken out of it where -v^T dW points where v^T W does; how far, is the
strength: 1 where all is gone. Candidates for v are the directions in which all matrices changed most together, and that in
which each one did. What a factor on each row did (weight decay, folding, pruning small numbers) is no such change and is
set aside first, as is the direction of all ones: in models with LayerNorm nothing along it matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.knowledge.lineage.calibration import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_TOGETHER = 4
"""Directions of all matrices together that are tried."""
_STEPS = 12


def _limits() -> Mapping[str, float]:
    limits: Mapping[str, float] = table("safeguards")["against"]
    return limits


class Change(NamedTuple):
    """What one matrix writes, before (each row times its factor) and how much that changed: (width, 32) each.

    `relative` is the norm of the change over that of what was written; `factor` what rows were multiplied by as a rule.
    """

    before: Floats
    change: Floats
    relative: float
    factor: float

    @property
    def comparable(self) -> bool:
        """So large a change is another matrix, not a changed one."""
        return self.factor > 0 and self.relative <= _limits()["change"]


class Hit(NamedTuple):
    """A matrix out of which a direction was taken; `together` where it is one of those of all matrices."""

    matrix: int
    strength: float
    together: bool


class Shared(NamedTuple):
    """`share` of all changes lies in one direction, in `changed` matrices most of their own change. `align` is the largest
    cosine that was seen, hit or not."""

    hits: tuple[Hit, ...]
    share: float
    changed: int
    align: float


def change(before: Floats, after: Floats) -> Change | None:
    """None where nothing was written before."""
    written = np.sum(np.square(before), axis=1, keepdims=True)
    if not written.any():
        return None
    factors = np.sum(before * after, axis=1, keepdims=True) / np.where(written > 0, written, 1)
    scaled = _without_ones((before * factors).astype(np.float32))
    rest = _without_ones((after - before * factors).astype(np.float32))
    norm = float(np.linalg.norm(scaled))
    return Change(scaled, rest, float(np.linalg.norm(rest)) / norm if norm > 0 else np.inf, float(np.median(factors)))


def shared_direction(changes: Sequence[Change]) -> Shared:
    """What all comparable changes of a model have in common; there is at least one."""
    scaled = [one.change / max(float(np.linalg.norm(one.before)), 1e-30) for one in changes]
    total = sum(float(np.vdot(one, one)) for one in scaled)
    if total <= 0:
        return Shared((), 0.0, 0, 0.0)
    together = _top(np.hstack(scaled), _TOGETHER)
    energies = [np.sum(np.square(together.T @ one), axis=1) for one in scaled]
    spread = [_spread(together[:, index]) for index in range(together.shape[1])]
    best = int(np.argmax(np.sum(energies, axis=0) * np.array(spread)))
    hits, align = [], 0.0
    for index, one in enumerate(changes):
        own = _top(one.change, 1)
        candidates = [(together[:, place], True) for place in range(together.shape[1]) if spread[place]]
        if _spread(own[:, 0]):
            candidates.append((own[:, 0], False))
        taken = [(*_taken_out(one, v), shared) for v, shared in candidates]
        align = max([align, *(cosine for cosine, _, _ in taken)])
        if (hit := _hit(index, taken)) is not None:
            hits.append(hit)
    own_energy = [float(np.vdot(one, one)) for one in scaled]
    limit = _limits()["share"]
    changed = (
        sum(bool(e[best] > limit * t > 0) for e, t in zip(energies, own_energy, strict=True)) if spread[best] else 0
    )
    share = float(sum(e[best] for e in energies)) / total if spread[best] else 0.0
    return Shared(tuple(hits), share, changed, align)


def _hit(index: int, taken: Sequence[tuple[float, float, bool]]) -> Hit | None:
    limits = _limits()
    seen = [one for one in taken if one[0] > limits["align"] and one[1] > limits["strength"]]
    if not seen:
        return None
    _, strength, shared = max(seen, key=lambda one: (one[2], one[1]))
    return Hit(index, strength, shared)


def _taken_out(one: Change, v: Floats) -> tuple[float, float]:
    """The cosine between what is gone along v and what was there, and the part of it that is gone."""
    there, gone = v @ one.before, -(v @ one.change)
    norm_there, norm_gone = float(np.linalg.norm(there)), float(np.linalg.norm(gone))
    if norm_there <= 0 or norm_gone <= 0:
        return 0.0, 0.0
    product = float(np.vdot(there, gone))
    return product / (norm_there * norm_gone), product / norm_there**2


def _spread(v: Floats) -> bool:
    """Does a direction have a part in many dimensions? One of few is a channel that was switched off or rescaled."""
    fourth = float(np.sum(np.square(np.square(v))))
    return 1 / max(len(v) * fourth, 1e-30) >= _limits()["participation"]


def _without_ones(written: Floats) -> Floats:
    centred: Floats = written - written.mean(axis=0, keepdims=True)
    return centred


def _top(matrix: Floats, most: int) -> Floats:
    """The first left singular vectors, as columns: by subspace iteration, which needs little memory and no luck."""
    columns = min(2 * most + 2, *matrix.shape)
    start: Floats = np.random.default_rng(0).standard_normal((matrix.shape[1], columns)).astype(np.float32)
    basis: Floats = np.linalg.qr(matrix @ start)[0]
    for _ in range(_STEPS):
        basis = np.linalg.qr(matrix @ (matrix.T @ basis))[0]
    left: Floats = np.linalg.svd(basis.T @ matrix, full_matrices=False)[0]
    vectors: Floats = (basis @ left[:, :most]).astype(np.float32)
    return vectors
