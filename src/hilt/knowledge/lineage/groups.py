"""How much each kind of tensor changed in each layer: what the picture of a comparison shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hilt.core.lineage import Group
from hilt.knowledge.lineage.became import Became
from hilt.knowledge.lineage.prints import ModelPrint

MOST = 4_000
"""Groups of one comparison; the layers after that are not shown."""


def groups(done: Sequence[Became], a: ModelPrint) -> tuple[Group, ...]:
    """By the names of A. Norms and biases are left out: they are small, and often too alike to be known again."""
    known = {one.match.a: one for one in sorted(done, key=lambda one: one.match.similarity)}
    found: dict[tuple[int, str], list[Became | None]] = {}
    for place, tensor in enumerate(a.tensors):
        if len(tensor.shape) > 1 and tensor.tells:
            found.setdefault(tensor.place, []).append(known.get(place))
    shown = sorted(found)[:MOST]
    return tuple(_group(layer, kind, found[layer, kind]) for layer, kind in shown)


def _group(layer: int, kind: str, each: Sequence[Became | None]) -> Group:
    there = [one for one in each if one is not None]
    total = sum(one.a.parameters for one in there)
    if not total:
        return Group(layer, kind, None, None)
    change = math.sqrt(sum(one.a.parameters * one.changed.change**2 for one in there) / total)
    return Group(layer, kind, change, sum(one.a.parameters * one.match.similarity for one in there) / total)
