"""A licence that leaves out terms of the base.

What: a subject that is offered under one licence and made from a model under another, where that other one goes along with
whatever is made from it and has terms that the first one lacks: a limit on users or revenue, forbidden uses, no commercial
use, the same licence for what is made from it.

Why: the terms hold all the same. Whoever trusts the label believes he may do what nobody could allow him. It is the most
frequent fault of derived models: a third of all steps from model to product lose a term.

What it cannot see: leave that the publisher got from the authors of the base; what the publisher says in a text that is no
licence. What only a sentence or a path in a config says is told as low.

Fix: hold the terms of the base, which the report lists, and ask the publisher to name that licence as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.lineage import each_once, reaching
from hilt.checks.rights.wording import called
from hilt.core.finding import Confidence, Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.knowledge.licences.combine import Dropped

_SAID = {
    "commercial": "that commercial use is excluded",
    "research": "that it is for research alone",
    "users": "the limit on users",
    "revenue": "the limit on revenue",
    "hosting": "the limit on offering it as a service",
    "territory": "the countries it excludes",
    "outputs": "the limits on outputs",
    "output-training": "that outputs must not train other models",
    "use-policy": "the forbidden uses",
    "registration": "registration",
    "share-alike": "the same licence for what is made from it",
    "other": "a condition of its own",
}
_RELATIONS = {"quantized": "quantised from", "merge": "merged from", "finetune": "fine-tuned from", "copy": "a copy of"}


def terms_dropped(repository: Repository) -> Iterator[Finding]:
    yield from each_once(_dropped(repository))


def _dropped(repository: Repository) -> Iterator[Finding]:
    for _, work, those in reaching(repository):
        from hilt.knowledge.licences.combine import dropped

        for one in dropped(those, work):
            weak = one.inherited.weak
            yield Finding(
                check=CHECK.id,
                severity=Severity.LOW if weak else Severity.MEDIUM,
                confidence=Confidence.LOW if weak else Confidence.MEDIUM,
                where=Where(path=one.inherited.ancestors[0].source),
                message=_message(one),
                whole=True,
            )


def _message(one: Dropped) -> str:
    base = one.inherited.ancestors[0]
    made = _RELATIONS.get(base.relations[0], "made from") if len(base.way) == 1 else "made from"
    way = "" if len(base.way) == 1 else f" (by way of {', '.join(base.way[:-1][:3])})"
    offered = " and ".join(called(licence_id) for licence_id in one.declared[:3])
    missing = ", ".join(_SAID.get(term, term) for term in one.terms)
    return (
        f"offered under {offered}, but {made} {one.inherited.of}{way}, which is under {called(one.inherited.licence.id)} "
        f"({one.inherited.source}): its terms go along, and the label leaves out {missing}"
    )


CHECK = listed("terms-dropped")
