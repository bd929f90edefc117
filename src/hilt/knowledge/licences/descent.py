"""Everything a subject comes from, as far as it is known: its bases, theirs, and what of their licences reaches it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import NamedTuple

from hilt.core.context import Base
from hilt.knowledge.licences.edges import Edge
from hilt.knowledge.licences.model_names import same

MOST = 1_000
"""Ways from the subject to what it comes from that are gone."""


class Carries(IntEnum):
    """How much of a licence an edge carries; along a way the least counts."""

    NOTHING = 0
    """A tokenizer or code: its own licence holds for its own files."""
    DATA = 1
    """A dataset: whether its licence reaches the weights is contested."""
    OUTPUTS = 2
    """What the licence says of outputs and of names."""
    PAIR = 3
    """An adapter: everything, once it is loaded with its base."""
    ALL = 4


CARRIES = {
    "copy": Carries.ALL,
    "quantized": Carries.ALL,
    "finetune": Carries.ALL,
    "merge": Carries.ALL,
    "unknown": Carries.ALL,  # a config names the subject itself or what it was made from: the licence holds either way
    "adapter": Carries.PAIR,
    "distilled": Carries.OUTPUTS,
    "dataset": Carries.DATA,
    "tokenizer": Carries.NOTHING,
}
CHANGES = frozenset({"finetune", "merge"})
"""Relations after which a work is another one, and no longer a copy of the first."""


class Ancestor(NamedTuple):
    """Something that the subject comes from by `way`, the names from its own base on; the last one is its name.

    `relations` are those of the steps, `source` is the file of the subject that names the first. `base` is None where
    nothing is known of it.
    """

    way: tuple[str, ...]
    relations: tuple[str, ...]
    carries: Carries
    source: str
    weak: bool
    base: Base | None

    @property
    def name(self) -> str:
        return self.way[-1]

    @property
    def changed(self) -> bool:
        """The subject is another work than this, not a copy of it."""
        return not CHANGES.isdisjoint(self.relations)


class Descent(NamedTuple):
    """Ancestors, the nearest first, each name once for each amount that is carried; and ways that come back to themselves."""

    ancestors: tuple[Ancestor, ...]
    circles: tuple[tuple[str, ...], ...] = ()


def descent(edges: Iterable[Edge], look_up: Callable[[str, str], Base | None], own: str = "") -> Descent:
    """Follows the edges of a subject called `own`; `look_up` says what is known of a (relation, name)."""
    waiting = deque(
        _step(None, edge.relation, edge.name, edge.source, look_up, weak=edge.weak)
        for edge in edges
        if edge.relation in CARRIES
    )
    found: list[Ancestor] = []
    circles: list[tuple[str, ...]] = []
    seen = set[tuple[str, Carries, bool]]()
    while waiting and len(found) < MOST:
        one = waiting.popleft()
        earlier = (own, *one.way[:-1]) if own else one.way[:-1]
        if any(same(one.name, name) for name in earlier):
            circles.append((own, *one.way) if own else one.way)
            continue
        if (key := (one.name.casefold(), one.carries, one.weak)) in seen:
            continue
        seen.add(key)
        found.append(one)
        for relation, name in one.base.bases if one.base is not None else ():
            if relation in CARRIES:
                waiting.append(_step(one, relation, name, one.source, look_up, weak=one.weak))
    return Descent(ancestors=tuple(found), circles=tuple(dict.fromkeys(circles)))


def _step(
    before: Ancestor | None,
    relation: str,
    name: str,
    source: str,
    look_up: Callable[[str, str], Base | None],
    *,
    weak: bool,
) -> Ancestor:
    carries = CARRIES[relation]
    return Ancestor(
        way=(*before.way, name) if before else (name,),
        relations=(*before.relations, relation) if before else (relation,),
        carries=min(carries, before.carries) if before else carries,
        source=source,
        weak=weak or relation == "unknown",
        base=look_up(relation, name),
    )
