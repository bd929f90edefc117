"""What of a repository is evidence for a component of the Model Openness Framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hilt.core.fact import Known
from hilt.knowledge.openness.components import COMPONENTS


class Evidence(NamedTuple):
    """One component, seen or named.

    `where` is a path inside the subject, or what names the component; `how` says in words what was seen there. A component
    that is `elsewhere` is only named here: it has the licences that are known of it, and not the subject's. `licences` are
    its own; None for those of the folder it is in, or of the subject.
    """

    component: str
    where: str
    how: str
    elsewhere: bool = False
    licences: tuple[str, ...] | None = None
    claimed: bool = False
    """The publisher says that it is there; nobody looked."""

    @property
    def known(self) -> Known:
        return Known.CLAIMED if self.elsewhere or self.claimed else Known.VERIFIED

    @property
    def words(self) -> str:
        return f"{self.where}: {self.how}" if self.how else self.where


def best(found: Iterable[Evidence]) -> dict[str, Evidence]:
    """The best evidence of each component: what is here before what is claimed, then what came first."""
    chosen: dict[str, Evidence] = {}
    for one in found:
        before = chosen.get(one.component)
        if before is None or _weight(one) > _weight(before):
            chosen[one.component] = one
    return {component.id: chosen[component.id] for component in COMPONENTS if component.id in chosen}


def _weight(one: Evidence) -> int:
    if one.claimed:
        return 2 if one.licences else 0
    return 0 if one.elsewhere and not one.licences else 1 if one.elsewhere else 3


def listed(names: Sequence[str], most: int = 3) -> str:
    """A few names, and how many more there are."""
    told = ", ".join(names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told
