"""Which weights of two subjects are to be compared: a repository may hold several sets, of one model or of many."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import NothingToCheck
from hilt.core.lineage import KIN, Kinship, Relation, Sureness
from hilt.gate.comparing.weights import OpenedWeights, Printed, nothing, printed

if TYPE_CHECKING:
    from hilt.core.subject import Entry
    from hilt.knowledge.lineage.fingerprint import ModelPrint

WORK = 1_000_000_000
"""Pairs of tensors that are held against each other: about a minute's work. Then the smaller sets are left out."""
TRIED = 16
"""Sets of weights of each subject that are held against those of the other, the largest first."""
_RANK = {relation: place for place, relation in enumerate(Relation)}


class Match(NamedTuple):
    """The sets that have most to do with each other, and how."""

    a: Printed
    b: Printed
    kinship: Kinship


def nearest(one: OpenedWeights, other: OpenedWeights) -> Match:
    """The sets of two subjects that are closest kin; the largest of each where none are.

    Raises `NothingToCheck` where one has no weights whose numbers hilt reads, and no file in common with the other.
    """
    same = _same_bytes(one, other)
    if same is not None:
        return same
    first, second = (with_prints(of) for of in (one, other))
    from hilt.knowledge.lineage.relate import relate

    found: list[Match] = []
    work = 0
    for (a, x), (b, y) in sorted(itertools.product(first, second), key=lambda both: -_parameters(*both)):
        work += len(x.tensors) * len(y.tensors)
        if found and work > WORK:
            break
        found.append(Match(a, b, relate(x, y)))
    return min(found, key=_far)


def _parameters(one: tuple[Printed, ModelPrint], other: tuple[Printed, ModelPrint]) -> int:
    return min(one[1].parameters, other[1].parameters)


def not_told(of: OpenedWeights) -> str:
    """That a subject has further sets of weights, in words; empty where it has not."""
    several = len(of.weights.sets())
    if several < 2:
        return ""
    tried = f" (of its {TRIED} largest ones)" if several > TRIED else ""
    where = of.report.subject.reference
    return f"{where} has {several} sets of weights: told is the one{tried} that is closest to one of the other model"


def with_prints(of: OpenedWeights) -> list[tuple[Printed, ModelPrint]]:
    """The sets of weights with their fingerprints. Raises `NothingToCheck` where there are none."""
    each = printed(of.weights, TRIED)
    if found := [(one, one.print) for one in each if one.print is not None]:
        return found
    if whys := [one.why for one in each if one.why]:
        raise NothingToCheck(f"{of.report.subject.reference}: its weights could not be compared: {whys[0]}")
    raise NothingToCheck(nothing(of))


def _far(match: Match) -> tuple[bool, float, int]:
    """The largest sets come first: of those that are alike, `min` takes the first."""
    kinship = match.kinship
    return kinship.relation not in KIN, -round(min(kinship.share_a, kinship.share_b), 2), _RANK[kinship.relation]


def _same_bytes(one: OpenedWeights, other: OpenedWeights) -> Match | None:
    """The same file of weights in both, whatever it is called; None where no single one of each says it all."""
    a, b = _weights(one), _weights(other)
    if len(a) != 1 or len(b) != 1 or not a[0].sha256 or a[0].sha256 != b[0].sha256:
        return None
    stated = [entry.path for entry in (a[0], b[0]) if entry.claimed]
    why = f"one file, SHA-256 {a[0].sha256}" + (f"; of {stated[0]} as its hub states it" if stated else "")
    kinship = Kinship(Relation.IDENTICAL, Sureness.LIKELY if stated else Sureness.CERTAIN, 1.0, 1.0, why=(why,))
    first, second = (Printed(found[0].path, (found[0].path,), None) for found in (a, b))
    return Match(first, second, kinship)


def _weights(of: OpenedWeights) -> Sequence[Entry]:
    """The files that hold weights; all files where hilt takes numbers from none."""
    paths = {path for one in of.weights.sets() for path in one.paths}
    files = of.report.subject.files
    return [entry for entry in files if entry.path in paths] or files
