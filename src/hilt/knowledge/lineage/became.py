"""What was done to the tensors of A that B has, and the relations that this adds up to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from hilt.core.lineage import Relation
from hilt.knowledge.lineage.change import Changed, Degree, changed, least, quantised_bits, quantising, zeros_allowed
from hilt.knowledge.lineage.closer import Closer
from hilt.knowledge.lineage.evidence import is_table
from hilt.knowledge.lineage.match import Match
from hilt.knowledge.lineage.prints import ModelPrint, TensorPrint

_PART, _MOVED = 0.3, 0.1
"""Of the parameters: so many must be quantised for the model to be, so many of them moved for it to be tuned as well."""
_LOW_RANK = 3
"""Or so many tensors by a change of low rank, which rounding never is."""
_FEWER_BITS = 1.5


class Became(NamedTuple):
    """A tensor of A, the one of B that it became, and what became of it. `rank` is of the difference, where it is known."""

    match: Match
    a: TensorPrint
    b: TensorPrint
    changed: Changed
    rank: int | None = None

    @property
    def moved(self) -> bool:
        return self.changed.degree is Degree.MOVED

    @property
    def quantised(self) -> float:
        """By how many bits B's numbers are coarser; less than 0 where A's are."""
        bits_a, bits_b = quantised_bits(self.a) or 16.0, quantised_bits(self.b) or 16.0
        return bits_a - bits_b


class Sum(NamedTuple):
    """What all of it amounts to: `backwards` are relations in which A came from B."""

    relations: frozenset[Relation]
    backwards: frozenset[Relation]
    rank: int | None
    distance: float | None
    why: tuple[str, ...]


def became(found: Sequence[Match], a: ModelPrint, b: ModelPrint, closer: Closer | None) -> list[Became]:
    """What the matched tensors of B were in A."""
    return [_one(match, a.tensors[match.a], b.tensors[match.b], closer) for match in found]


def _one(match: Match, a: TensorPrint, b: TensorPrint, closer: Closer | None) -> Became:
    first = changed(match, a, b)
    if closer is None or match.how == "part" or (first.degree is Degree.EXACT and b.whole):
        return Became(match, a, b, first)
    seen = closer.difference(a.name, b.name, transposed=match.how == "transposed")
    if seen is None:
        return Became(match, a, b, first)
    return Became(match, a, b, changed(match, a, b, seen.change), seen.rank)


def summed(done: Sequence[Became]) -> Sum:
    """The relations that each change is a part of."""
    relations: set[Relation] = set()
    backwards: set[Relation] = set()
    why: list[str] = []
    rank = None
    for judged in (_quantised, _pruned, _extended, _converted):
        forth, reason = judged(done)
        if forth:
            relation = _RELATIONS[judged]
            relations.add(relation)
            why.append(reason)
            if forth < 0:
                backwards.add(relation)
    moved = _moved(done)
    if moved:
        rank = _rank(moved)
        relations.add(Relation.FINE_TUNED if rank is None else Relation.ADAPTER_MERGED)
        why.append(f"{len(moved)} of {len(done)} tensors changed by more than their number formats do")
    return Sum(frozenset(relations), frozenset(backwards), rank, distance(done), tuple(why))


def distance(done: Iterable[Became]) -> float | None:
    """The norm of all changes over that of all weights, each tensor by its size; None where nothing was measured."""
    weights = [(one.a.parameters * _norm(one) ** 2, one.changed.change) for one in done if one.match.sketches]
    total = sum(weight for weight, _ in weights)
    return math.sqrt(sum(weight * change**2 for weight, change in weights) / total) if total > 0 else None


def _norm(one: Became) -> float:
    return one.a.sketches[0].norm if one.a.sketches else 0.0


def _parameters(done: Iterable[Became]) -> int:
    return sum(one.b.parameters for one in done)


def _moved(done: Sequence[Became]) -> list[Became]:
    """The tensors that changed. Where nearly all numbers were quantised, some are changed by that more than others: then
    many must have moved, or many of those that were left as they are."""
    moved = [one for one in done if one.moved and one.a.parameters == one.b.parameters]
    coarse = [one for one in done if quantising(one.a, one.b)]
    if not coarse or not moved:
        return moved
    fine = [one for one in done if not quantising(one.a, one.b)]
    many = _parameters(one for one in coarse if one.moved) >= _MOVED * _parameters(coarse)
    many = many or sum(one.rank is not None for one in coarse if one.moved) >= _LOW_RANK
    small = sum(one.moved for one in fine) >= max(2, _PART * len(fine))
    return moved if many or small else []


def _rank(moved: Sequence[Became]) -> int | None:
    """The largest rank of the changes; None where one is of full rank, or was not measured."""
    ranks = [one.rank for one in moved if len(one.a.shape) > 1]
    known = [rank for rank in ranks if rank is not None]
    return max(known) or None if known and len(known) == len(moved) else None


def _quantised(done: Sequence[Became]) -> tuple[int, str]:
    total = _parameters(done)
    changed_enough = [one for one in done if one.changed.change >= least(one.a, one.b)]
    coarser = [one for one in changed_enough if one.quantised >= _FEWER_BITS]
    finer = [one for one in changed_enough if one.quantised <= -_FEWER_BITS]
    for sign, changed_bits, name in ((1, coarser, "B"), (-1, finer, "A")):
        if changed_bits and _parameters(changed_bits) >= _PART * total:
            of = changed_bits[0].b if sign > 0 else changed_bits[0].a
            kinds = sorted({(one.b if sign > 0 else one.a).dtype for one in changed_bits})
            stored = f" (stored as {of.dtype})" if of.grid and quantised_bits(of) == of.grid else ""
            return sign, f"{len(changed_bits)} tensors of {name} are quantised: {', '.join(kinds[:6])}{stored}"
    return 0, ""


def _pruned(done: Sequence[Became]) -> tuple[int, str]:
    matrices = [one for one in done if len(one.a.shape) > 1]
    total = _parameters(matrices)
    if not total:
        return 0, ""
    zeros = sum((one.b.zeros - one.a.zeros) * one.b.parameters for one in matrices) / total
    allowed = sum(zeros_allowed(one.a, one.b) * one.b.parameters for one in matrices) / total
    if abs(zeros) > allowed:
        name = "B" if zeros > 0 else "A"
        return (1 if zeros > 0 else -1), f"{abs(zeros):.0%} more of the numbers of {name} are zero"
    narrow = [one for one in matrices if one.match.how == "same" and not is_table(one.a) and _smaller(one.b, one.a)]
    wide = [one for one in matrices if one.match.how == "same" and not is_table(one.a) and _smaller(one.a, one.b)]
    if narrow or wide:
        name = "B" if len(narrow) >= len(wide) else "A"
        return (1 if name == "B" else -1), f"{max(len(narrow), len(wide))} matrices of {name} are smaller"
    return 0, ""


def _smaller(one: TensorPrint, than: TensorPrint) -> bool:
    return len(one.shape) == len(than.shape) and one.parameters < than.parameters


def _extended(done: Sequence[Became]) -> tuple[int, str]:
    tables = [one for one in done if one.match.how == "same" and is_table(one.a) and one.a.shape[1:] == one.b.shape[1:]]
    for one in tables:
        rows_a, rows_b = one.a.shape[0], one.b.shape[0]
        if rows_a != rows_b:
            return (1 if rows_b > rows_a else -1), f"a table of {rows_a:,} rows in A has {rows_b:,} in B"
    return 0, ""


def _converted(done: Sequence[Became]) -> tuple[int, str]:
    rounded = [one for one in done if one.changed.degree is Degree.ROUNDED]
    stored = [one for one in done if one.a.dtype != one.b.dtype and not quantising(one.a, one.b)]
    turned = [one for one in done if one.match.how != "same"]
    if stored:
        return 1, f"{len(stored)} tensors are stored as {stored[0].b.dtype} in place of {stored[0].a.dtype}"
    if rounded or turned:
        return 1, f"{len({id(one) for one in [*rounded, *turned]})} tensors were rounded or laid out anew"
    return 0, ""


_RELATIONS: dict[Callable[[Sequence[Became]], tuple[int, str]], Relation] = {
    _quantised: Relation.QUANTISED,
    _pruned: Relation.PRUNED,
    _extended: Relation.EXTENDED,
    _converted: Relation.CONVERTED,
}
