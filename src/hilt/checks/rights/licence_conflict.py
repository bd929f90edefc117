"""Licences of what a subject is made from that cannot all be met.

What: a changed version of a model whose licence lets nobody pass on changes; two licences of bases each of which wants to be
the only one, or one that wants nothing added to its terms beside one that brings terms; two words with which one name
would have to begin; a model that learned from outputs of one whose licence forbids that.

Why: whoever passes such a model on breaks one licence whatever he does, and whoever uses it may have no right to. No new
label heals it: only the authors of the bases can.

What it cannot see: leave that the publisher got from those authors; bases that nobody names. What licences of datasets do
to weights is contested, and is no conflict here.

Fix: ask the authors of one of the bases for another licence, or take a model that is made without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.lineage import each_once, reaching
from hilt.core.finding import Confidence, Finding, Severity, Where


def licence_conflict(repository: Repository) -> Iterator[Finding]:
    yield from each_once(_conflicts(repository))


def _conflicts(repository: Repository) -> Iterator[Finding]:
    for _, work, those in reaching(repository):
        from hilt.knowledge.licences.combine import conflicts

        for one in conflicts(those, work):
            yield Finding(
                check=CHECK.id,
                severity=Severity.LOW if one.weak else Severity.MEDIUM,
                confidence=Confidence.LOW if one.weak else Confidence.MEDIUM,
                where=Where(path=one.path),
                message=one.says,
                fix=one.fix,
                whole=True,
            )


CHECK = listed("licence-conflict")
