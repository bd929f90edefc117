"""Bases that lead in a circle.

What: a subject that names itself as what it is made from, and, where the bases were followed (`--follow-bases`), ways that
come back to a name on them.

Why: nothing is made from itself: one of the cards is wrong, and with it what can be said of the licence. Cards that are
copied along with a model often still name the base of the first.

What it cannot see: names that lead to the same repository because it was renamed.

Fix: ask the publisher what the model was made from.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.lineage import followed, lineages
from hilt.core.finding import Finding, Severity, Where

_SHOWN = 8


def base_model_loop(repository: Repository) -> Iterator[Finding]:
    for lineage in lineages(repository):
        source = lineage.edges[0].source if lineage.edges else ""
        if lineage.itself:
            yield _finding(source, "it names itself as what it is made from")
        for circle in followed(repository, lineage).circles[:_SHOWN]:
            ends = circle if len(circle) <= _SHOWN else (*circle[:3], "...", *circle[-3:])
            yield _finding(source, f"what it is made from leads in a circle: {' -> '.join(ends)}")


def _finding(source: str, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=Severity.LOW, where=Where(path=source), message=message, whole=True)


CHECK = listed("base-model-loop")
