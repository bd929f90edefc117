"""Models that were put together from several: how much of each went in.

The sketch of a sum is the sum of the sketches, so the weights of an average of models are those by which their sketches give
its own, by least squares over all tensors that every one of them has. Of models stitched together layer by layer each tensor
is that of one of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.lineage import Kinship, Relation, Share, Sureness
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.match import Match, matches
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST = 3
"""Tensors that all of them must have."""
_CLOSER = 0.8
"""An average must fit so much better than the nearest of the models alone."""
_LEAST = 0.05
"""A model with a smaller weight than this went into it by chance."""


class Fit(NamedTuple):
    """`weights` of the models in the order in which they were given; `rest` is the norm of what they leave unexplained and
    `alone` what each alone leaves, over the norm of the child's weights. `nearest` is the part of its parameters that each
    is nearest to, `mixed` the rest when every tensor is taken from the nearest."""

    weights: tuple[float, ...]
    rest: float
    alone: tuple[float, ...]
    nearest: tuple[float, ...]
    mixed: float


def shares(child: ModelPrint, parents: Mapping[str, ModelPrint]) -> tuple[Share, ...]:
    """The weight of each of these models in an average that comes nearest to `child`; none where they have too little in
    common. What a fine-tune added afterwards, or quantising, makes the weights less sure: about 0.1 in 4 bits."""
    found = fit(child, list(parents.values()))
    return tuple(Share(name, weight) for name, weight in zip(parents, found.weights, strict=True)) if found else ()


def merged(child: ModelPrint, parents: Mapping[str, ModelPrint]) -> Kinship | None:
    """How `child` was put together from these models; None where one of them alone explains it as well."""
    found = fit(child, list(parents.values()))
    if found is None or len(parents) < 2:
        return None
    best = min(found.alone)
    floor = float(table("relate")["same"])
    if found.mixed <= max(floor, _CLOSER * min(found.rest, best)) and max(found.nearest) < 1 - _LEAST:
        return _kinship(Relation.STITCHED, parents, found.nearest, found.mixed, best)
    used = [weight for weight in found.weights if weight >= _LEAST]
    if found.rest > _CLOSER * best or best <= floor or len(used) < 2:
        return None
    return _kinship(Relation.MERGED, parents, found.weights, found.rest, best)


def _kinship(
    relation: Relation, parents: Mapping[str, ModelPrint], weights: Sequence[float], rest: float, best: float
) -> Kinship:
    return Kinship(
        relation,
        Sureness.LIKELY,
        0.0,
        1.0,
        distance=rest,
        shares=tuple(Share(name, weight) for name, weight in zip(parents, weights, strict=True) if weight >= _LEAST),
        why=(f"together they leave {rest:.4f} of its norm unexplained, the nearest of them alone {best:.4f}",),
        untold=("whether other models went in that are not among those compared",),
    )


def fit(child: ModelPrint, parents: Sequence[ModelPrint]) -> Fit | None:
    """Averages and stitchings of `parents` against `child`; None where they have too few tensors in common."""
    each = [{match.b: match for match in matches(parent, child).of_b if _whole(match)} for parent in parents]
    places = sorted(set.intersection(*(set(found) for found in each))) if each else []
    if len(places) < _FEWEST:
        return None
    sizes = np.array([child.tensors[place].parameters for place in places], np.float64)
    ours = np.array([_vector(_pair(each[0][place])[1]) for place in places]) * np.sqrt(sizes)[:, None]
    theirs = [
        np.array([_vector(_pair(found[place])[0]) for place in places]) * np.sqrt(sizes)[:, None] for found in each
    ]
    norm = float(np.linalg.norm(ours))
    columns = np.stack([one.ravel() for one in theirs], axis=1)
    weights, *_ = np.linalg.lstsq(columns, ours.ravel(), rcond=None)
    apart = np.array([np.square(ours - one).sum(axis=1) for one in theirs])
    nearest = apart.argmin(axis=0)
    return Fit(
        tuple(float(weight) for weight in weights),
        float(np.linalg.norm(ours.ravel() - columns @ weights)) / norm,
        tuple(math.sqrt(float(one.sum())) / norm for one in apart),
        tuple(float(sizes[nearest == number].sum() / sizes.sum()) for number in range(len(parents))),
        math.sqrt(float(apart.min(axis=0).sum())) / norm,
    )


def _whole(match: Match) -> bool:
    return match.sketches is not None and all(sketch.how is How.WHOLE for sketch in match.sketches)


def _pair(match: Match) -> tuple[Sketch, Sketch]:
    if match.sketches is None:
        raise ValueError("a match by digest has no sketches")
    return match.sketches


def _vector(sketch: Sketch) -> NDArray[np.float64]:
    return np.frombuffer(sketch.numbers, "<f2").astype(np.float64) / 16 * sketch.norm
