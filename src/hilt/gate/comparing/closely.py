"""What only all numbers of two related models show: the rank of changes, and whether a direction was cut out."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import NamedTuple

from hilt.core.errors import FormatError
from hilt.core.lineage import Ablation, Kinship
from hilt.gate.comparing.answered import alone, sketch
from hilt.gate.comparing.matching import Match
from hilt.gate.comparing.weights import OpenedWeights

_ALIKE = 8
"""Tensors of one shape in both: then strangers are looked at as a whole as well, for the rows of fingerprints can be replaced."""
_ELSEWHERE = (
    "all numbers would have to be fetched for the rank of changes, and to look for a removed direction; compare with both "
    "downloaded"
)


class Seen(NamedTuple):
    """What came of a closer look; `untold` says what was not looked at, and why."""

    kinship: Kinship
    ablation: Ablation | None = None
    alone_a: Ablation | None = None
    alone_b: Ablation | None = None
    untold: tuple[str, ...] = ()


def closely(one: OpenedWeights, other: OpenedWeights, match: Match) -> Seen:
    """The match again, with all numbers of both read."""
    if one.weights.remote or other.weights.remote:
        return Seen(match.kinship, untold=(_ELSEWHERE,))
    if match.a.print is None or match.b.print is None:
        return Seen(match.kinship)  # one file in both
    untold: list[str] = []
    found = [_alone(of, side.paths, untold) for of, side in ((one, match.a), (other, match.b))]
    seen = Seen(match.kinship, alone_a=found[0], alone_b=found[1], untold=tuple(untold))
    shapes = [Counter(tensor.shape for tensor in side.print.tensors) for side in (match.a, match.b) if side.print]
    alike = sum((shapes[0] & shapes[1]).values()) >= _ALIKE
    return _compared(one, other, match, seen) if match.kinship.related or alike else seen


def _compared(one: OpenedWeights, other: OpenedWeights, match: Match, seen: Seen) -> Seen:
    from hilt.knowledge.lineage.closer import Closer
    from hilt.knowledge.lineage.relate import relate
    from hilt.knowledge.lineage.safeguards import against

    seed = _seed(one, other)
    try:
        a, b = sketch(one.weights, match.a.paths, seed), sketch(other.weights, match.b.paths, seed)
    except FormatError as error:
        return seen._replace(untold=(*seen.untold, f"the changes were not measured: {error}"))
    if match.a.print is None or match.b.print is None:
        return seen
    kinship = relate(match.a.print, match.b.print, Closer(a=a, b=b))
    if not kinship.related:
        return seen
    names = {pair.a: pair.b for pair in kinship.pairs}
    return seen._replace(kinship=kinship, ablation=against(a, b, names, title=match.a.name))


def _seed(one: OpenedWeights, other: OpenedWeights) -> int:
    """The same for the same two models, and another one after any change: nobody can write weights around it."""
    files = [entry for of in (one, other) for entry in of.report.subject.files]
    told = "".join(f"{entry.size} {entry.sha256}\n" for entry in files)
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:4], "big")


def _alone(of: OpenedWeights, paths: tuple[str, ...], untold: list[str]) -> Ablation | None:
    try:
        return alone(of.weights, paths)
    except FormatError as error:
        untold.append(f"{paths[0]} was not searched for a removed direction: {error}")
        return None
