"""Tensors that are the same one as a whole, though the few rows that a fingerprint is made of are not.

Whoever knows which rows a fingerprint reads can replace these, or put others in their place, and be a stranger to it. The
sketches of all numbers have random signs that nobody knows beforehand: tensors of one shape whose sketches agree are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.closer import Closer, ModelSketch
from hilt.knowledge.lineage.match import Match, Matches
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch, TensorPrint

_SMALLEST = 32
"""Tensors with a smaller side tell too little as a whole."""
_AT_ONCE = 1_024
"""Tensors of one shape that are compared with each other."""


def wholly(found: Matches, a: ModelPrint, b: ModelPrint, closer: Closer) -> Matches:
    """`found`, and the tensors beside those that agree as a whole."""
    if closer.a.seed != closer.b.seed:
        return found
    of_a = {match.a: match for match in found.of_a}
    of_b = {match.b: match for match in found.of_b}
    of_shape_a, of_shape_b = _by_shape(a, closer.a), _by_shape(b, closer.b)
    for shape in of_shape_a.keys() & of_shape_b.keys():
        for match in _alike(of_shape_a[shape], of_shape_b[shape], a, b):
            of_a.setdefault(match.a, match)
            of_b.setdefault(match.b, match)
    return Matches(tuple(of_b[at] for at in sorted(of_b)), tuple(of_a[at] for at in sorted(of_a)))


def _by_shape(model: ModelPrint, sketches: ModelSketch) -> Mapping[tuple[int, ...], dict[int, np.ndarray]]:
    """The sketches of all numbers, of norm 1, by the shape and the place of the tensor."""
    found: dict[tuple[int, ...], dict[int, np.ndarray]] = defaultdict(dict)
    for place, tensor in enumerate(model.tensors):
        one = sketches.tensors.get(tensor.name)
        if one is None or one.shape != tensor.shape or not _tells(tensor) or len(found[tensor.shape]) >= _AT_ONCE:
            continue
        sums = one.sums.astype(np.float64).ravel()
        if (norm := float(np.linalg.norm(sums))) > 0:
            found[tensor.shape][place] = sums / norm
    return found


def _tells(tensor: TensorPrint) -> bool:
    matrix = len(tensor.shape) > 1 and min(tensor.shape[0], tensor.parameters // max(1, tensor.shape[0])) >= _SMALLEST
    return matrix and tensor.tells and _first(tensor) is not None


def _first(tensor: TensorPrint) -> Sketch | None:
    return next((sketch for sketch in tensor.sketches if sketch.how is How.WHOLE), None)


def _alike(one: dict[int, np.ndarray], two: dict[int, np.ndarray], a: ModelPrint, b: ModelPrint) -> Iterator[Match]:
    if not one or not two:
        return
    cosines = np.array(list(two.values())) @ np.array(list(one.values())).T
    places_a, places_b = list(one), list(two)
    for row, column in enumerate(cosines.argmax(axis=1)):
        similarity = float(cosines[row, column])
        first, second = (_first(of.tensors[at]) for of, at in ((a, places_a[column]), (b, places_b[row])))
        if similarity >= table("relate")["whole"] and first is not None and second is not None:
            yield Match(places_a[column], places_b[row], min(1.0, similarity), "same", (first, second))
