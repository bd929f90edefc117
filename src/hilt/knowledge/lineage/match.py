"""Which tensors of two models are the same one, whatever they are called and in whichever order they stand.

All sketches are compared with all others, as one product of matrices, in blocks. Small tensors whose sketches tell too little
are known again by their digests alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch, TensorPrint
from hilt.knowledge.lineage.sketch import BUCKETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AT_ONCE = 512
_TIE = 0.002
"""Cosines that differ by less are alike, and names decide: tied and repeated tensors are found several times."""
_DIGEST = 8
_TOLD = 100
"""Sketches of as many independent numbers would have been found alike, were the numbers in the same order."""


class Match(NamedTuple):
    """Tensor `a` of A and `b` of B, by their places in the prints. `how` is as in `core.lineage.Pair`.

    `sketches` are the two that agree; None where digests alone do, the numbers being the same.
    """

    a: int
    b: int
    similarity: float
    how: str
    sketches: tuple[Sketch, Sketch] | None


class Matches(NamedTuple):
    """For every tensor of B the one of A that it is like, and the other way round: those that are like none are missing."""

    of_b: tuple[Match, ...]
    of_a: tuple[Match, ...]


class _Rows(NamedTuple):
    """Sketches of one model: `owners` are the places of their tensors."""

    numbers: NDArray[np.float32]
    owners: NDArray[np.int64]
    least: NDArray[np.float32]
    sketches: Sequence[Sketch]


_COMPARED = (
    ((How.WHOLE, How.PART), (How.WHOLE, How.PART)),
    ((How.LEVELLED,), (How.LEVELLED,)),
    ((How.TURNED,), (How.WHOLE,)),
    ((How.WHOLE,), (How.TURNED,)),
)
"""Which sketches of A are compared with which of B."""


def matches(a: ModelPrint, b: ModelPrint) -> Matches:
    """Of tensors that could be known again at all; a tensor may be like several of the other model."""
    of_a: dict[int, Match] = {}
    of_b: dict[int, Match] = {}
    names = {tensor.name: place for place, tensor in enumerate(a.tensors)}
    for kinds_a, kinds_b in _COMPARED:
        rows_a, rows_b = _rows(a, kinds_a), _rows(b, kinds_b)
        for match in _best(rows_a, rows_b, _same_names(rows_a, rows_b, b, names)):
            _keep(of_a, match.a, match)
            _keep(of_b, match.b, match)
    for match in _by_digest(a, b):
        _keep(of_a, match.a, match)
        _keep(of_b, match.b, match)
    of_b_in_order = tuple(_of_parts(of_b[place], a, b) for place in sorted(of_b))
    return Matches(of_b_in_order, tuple(_of_parts(of_a[place], a, b) for place in sorted(of_a)))


def gram_similarity(a: ModelPrint, b: ModelPrint) -> float | None:
    """The highest cosine between the Gram sketches of both; None where one has none."""
    one, two = _rows(a, (How.GRAM,)), _rows(b, (How.GRAM,))
    if not len(one.owners) or not len(two.owners):
        return None
    return float((one.numbers @ two.numbers.T).max())


def _of_parts(match: Match, a: ModelPrint, b: ModelPrint) -> Match:
    """A fused projection begins like the first of its parts."""
    one, two = a.tensors[match.a], b.tensors[match.b]
    fused = any(sketch.how is How.PART for tensor in (one, two) for sketch in tensor.sketches)
    return match._replace(how="part") if fused and one.parameters != two.parameters else match


def _keep(found: dict[int, Match], place: int, match: Match) -> None:
    known = found.get(place)
    if known is None or match.similarity > known.similarity + _TIE:
        found[place] = match


def _rows(model: ModelPrint, kinds: Sequence[How]) -> _Rows:
    kept = [
        (place, sketch)
        for place, tensor in enumerate(model.tensors)
        if not tensor.formula
        for sketch in tensor.sketches
        if sketch.how in kinds
    ]
    data = b"".join(sketch.numbers for _, sketch in kept)
    numbers = np.frombuffer(data, "<f2").astype(np.float32).reshape(-1, BUCKETS)
    spreads = np.array([min(sketch.spread, BUCKETS) for _, sketch in kept], np.float32)
    return _Rows(
        numbers / np.sqrt(np.square(numbers).sum(axis=1, keepdims=True)),
        np.array([place for place, _ in kept], np.int64),
        (table("relate")["sigmas"] / np.sqrt(np.maximum(spreads, 1))).astype(np.float32),
        [sketch for _, sketch in kept],
    )


def _same_names(rows_a: _Rows, rows_b: _Rows, b: ModelPrint, names: dict[str, int]) -> NDArray[np.int64]:
    """For every row of B the row of A that is the same sketch of the tensor of the same name; -1 for none."""
    places = {
        (int(owner), sketch.how, sketch.part): row
        for row, (owner, sketch) in enumerate(zip(rows_a.owners, rows_a.sketches, strict=True))
    }
    return np.array(
        [
            places.get((names.get(b.tensors[owner].name, -1), sketch.how, sketch.part), -1)
            for owner, sketch in zip(rows_b.owners, rows_b.sketches, strict=True)
        ],
        np.int64,
    )


def _best(a: _Rows, b: _Rows, same: NDArray[np.int64]) -> Iterator[Match]:
    """The best row of A for each of B, and the best of B for each of A, where they are alike beyond chance."""
    if not len(a.owners) or not len(b.owners):
        return
    highest = np.full(len(a.owners), -1, np.float32)
    which = np.zeros(len(a.owners), np.int64)
    for begin in range(0, len(b.owners), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        cosines = b.numbers[part] @ a.numbers.T
        cosines[(cosines < a.least) | (cosines < b.least[part, None])] = -1
        rows = np.arange(len(cosines))
        best = cosines.argmax(axis=1)
        named = same[part]
        alike = (named >= 0) & (cosines[rows, named] > cosines[rows, best] - _TIE)
        best = np.where(alike, named, best)
        for row in np.flatnonzero(cosines[rows, best] > 0):
            yield _match(a, b, int(best[row]), begin + int(row), float(cosines[row, best[row]]))
        # A tensor of A takes the one that took it, of several as good ones.
        cosines[rows, best] += np.where(cosines[rows, best] > 0, _TIE, 0)
        top = cosines.argmax(axis=0)
        value = cosines[top, np.arange(len(a.owners))]
        better = value > highest
        highest[better], which[better] = value[better], begin + top[better]
    for row in np.flatnonzero(highest > 0):
        yield _match(a, b, int(row), int(which[row]), min(1.0, float(highest[row])))


def _match(a: _Rows, b: _Rows, one: int, two: int, similarity: float) -> Match:
    sketches = a.sketches[one], b.sketches[two]
    kinds = {sketch.how for sketch in sketches}
    how = "transposed" if How.TURNED in kinds else "part" if How.PART in kinds else "same"
    return Match(int(a.owners[one]), int(b.owners[two]), min(1.0, similarity), how, sketches)


def _by_digest(a: ModelPrint, b: ModelPrint) -> Iterator[Match]:
    """Tensors of which all numbers are the same, as they are or rounded."""
    known: dict[tuple[int, bytes, int], list[int]] = {}
    for place, tensor in enumerate(a.tensors):
        for key in _digest_keys(tensor):
            known.setdefault(key, []).append(place)
    for place, tensor in enumerate(b.tensors):
        for key in _digest_keys(tensor):
            if found := known.get(key):
                named = [one for one in found if a.tensors[one].name == tensor.name]
                for one in [*named, *found][:1]:
                    yield Match(one, place, 1.0, _laid_out(a.tensors[one], tensor), None)
                break


def _laid_out(a: TensorPrint, b: TensorPrint) -> str:
    """How the same numbers stand: of those that could have been found by their sketches and were not, in another order."""
    if a.shape != b.shape:
        return "transposed"
    told = a.whole and all(one.sketches and one.sketches[0].spread >= _TOLD for one in (a, b))
    return "permuted" if told else "same"


def _digest_keys(tensor: TensorPrint) -> Iterator[tuple[int, bytes, int]]:
    if tensor.formula:
        return
    for number in range(0, len(tensor.digests), _DIGEST):
        digest = tensor.digests[number : number + _DIGEST]
        if any(digest):
            yield number, digest, tensor.parameters
