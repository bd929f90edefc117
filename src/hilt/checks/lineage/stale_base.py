"""A base that should be used no more.

What: weights that descend from a model of your index that the index marks as stale, with the reason and what takes its place.

Why: what was found wrong with a base is in everything that was made from it, and nobody who made something from it is told.

What it cannot see: faults that your index does not know of; whether this derivative has had the fault trained out.

Fix: ask for the model made anew from the revision that takes the base's place, or show that the fault is not in this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.facts import STALE
from hilt.checks.lineage.gathering import kin
from hilt.checks.lineage.wording import how
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.lineage.relatives import descends, plain


def stale_base(repository: Repository) -> Iterator[Fact | Finding]:
    found = kin(repository)
    stale = [one for one in found.relatives if one.stale and descends(one)]
    names = tuple(plain(one.name) for one in stale)
    yield Fact(key=STALE.key, value=names, known=Known.VERIFIED, source=found.searched or "the weights")
    for one in stale:
        instead = f"; {one.newer} takes its place" if one.newer else ""
        yield Finding(
            check=CHECK.id,
            severity=Severity.MEDIUM,
            where=Where(path=one.weights),
            message=f"{how(one)}, which should be used no more: {one.stale}{instead}",
            whole=True,
        )


CHECK = listed("stale-base")
