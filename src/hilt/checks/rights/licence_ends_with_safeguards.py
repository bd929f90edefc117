"""A licence that ends where safeguards are cut out, and a model whose safeguards were.

What: a licence of the subject, or of what it is made from, says that rights end where guardrails of the model are bypassed,
removed or weakened, and the weights show that a direction was cut out of the model, as who removes its safeguards does.

Why: who removed them had no right to give you, and you have none to use it, whatever stands on the label.

What it cannot see: safeguards removed by training, by prompts or around the model; which direction it was that was cut out,
so that erasing another concept looks the same; whether a court would say that these were guardrails.

Fix: do not use it before the publisher of the base has said that you may. Load the base instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.gathering import kin
from hilt.checks.rights.facts import INHERITED, LICENCES
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.lineage import Cut
from hilt.knowledge.licences.agreement import entry_of


def licence_ends_with_safeguards(repository: Repository) -> Iterator[Finding]:
    cut = [one for one in kin(repository).ablations if one.cut is Cut.FOUND]
    if not cut:
        return
    surest = max(cut, key=lambda one: bool(one.base))
    for licence_id in _licences(repository):
        entry = entry_of(licence_id)
        if entry is not None and entry.guardrail:
            yield Finding(
                check=CHECK.id,
                severity=Severity.HIGH if surest.base else Severity.MEDIUM,
                confidence=Confidence.HIGH if surest.base else Confidence.MEDIUM,
                where=Where(path=surest.weights),
                message=f"{entry.name}: {entry.guardrail}. A direction was cut out of {surest.hit} of {surest.matrices} "
                f"matrices{f', compared with {surest.base}' if surest.base else ', as the weights alone show'}",
                whole=True,
            )


def _licences(repository: Repository) -> list[str]:
    """The subject's own, those of what its files name, and those of what its weights descend from."""
    facts = [repository.merged(spec).value for spec in (LICENCES, INHERITED)]
    own = [name for value in facts if isinstance(value, tuple) for name in value]
    related = [one for one in kin(repository).relatives if one.kinship.related]
    return list(dict.fromkeys([*own, *(name for one in related for name in one.licences)]))


CHECK = listed("licence-ends-with-safeguards")
