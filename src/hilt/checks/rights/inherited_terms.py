"""What a subject is made from, and what the licences of that ask.

What: states the models and datasets that cards, configs of adapters and merges, headers and plain sentences name, how the
subject was made from each, and which licences come with them; as terms and obligations, what those licences ask of
whoever uses the subject. A copy, a fine-tuned or merged model is under all that its bases ask; an adapter once it is
loaded with its base; what learned from outputs is under the rules for outputs and names.

Why: nobody can give a better right than he has. What the base forbids, a derivative under any label forbids as well.

What it cannot see: a base that nobody names; whether what is named is true. Without `--follow-bases` it knows the licences
of well-known models alone, from a dated table; with it, what the bases say of themselves on the hub.

Fix: hold the terms of every base against your use, and meet their obligations too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.facts import BASES, DATASETS, INHERITED
from hilt.checks.rights.lineage import Lineage, followed, lineages, reaching, unread, without_licence
from hilt.core.fact import Fact, FactSpec, Known
from hilt.core.report import Gap, State
from hilt.core.rights import Obligation, Term

if TYPE_CHECKING:
    from hilt.knowledge.licences.combine import Inherited
    from hilt.knowledge.licences.works import Work


def inherited_terms(repository: Repository) -> Iterator[Fact | Term | Obligation | Gap]:
    for path in (cut := unread(repository)):
        why = "not all that it is made from was read: too many models and datasets are named"
        yield Gap(what=CHECK.id, path=path, state=State.SKIPPED, why=why)
    for lineage in lineages(repository):
        yield from _named(lineage)
    for lineage, work, those in reaching(repository):
        complete = not cut and not without_licence(followed(repository, lineage).ancestors)
        yield from _inherited(those, lineage, complete=complete)
        yield from _asked(repository, work, those)


def _named(lineage: Lineage) -> Iterator[Fact]:
    for spec, edges in (
        (BASES, [edge for edge in lineage.edges if edge.relation != "dataset"]),
        (DATASETS, [edge for edge in lineage.edges if edge.relation == "dataset"]),
    ):
        said = tuple(edge.name if spec is DATASETS else f"{edge.relation} {edge.name}" for edge in edges)
        if said:
            yield _fact(spec, said, edges[0].source)


def _inherited(those: tuple[Inherited, ...], lineage: Lineage, *, complete: bool) -> Iterator[Fact]:
    if not complete:  # a policy must not take a list for whole from which something is missing
        yield Fact(key=INHERITED.key, value=None, known=Known.UNKNOWN, source="")
    elif lineage.edges:
        yield _fact(INHERITED, tuple(sorted(one.licence.id for one in those)), lineage.edges[0].source)


def _asked(repository: Repository, work: Work, those: tuple[Inherited, ...]) -> Iterator[Term | Obligation]:
    from hilt.checks.rights.gathering import gathered
    from hilt.checks.rights.licence_terms import applies, files_of
    from hilt.knowledge.licences.combine import obligations, terms
    from hilt.knowledge.licences.fulfilment import Fulfilled, fulfilled

    files = files_of(repository, gathered(repository), work)
    yield from terms(those, work, lambda condition: applies(condition, repository))
    for due, one in obligations(those, work):
        state = fulfilled(due, one.licence, files) if due.id == one.id else Fulfilled()
        yield one._replace(done=state.done, where=state.where)


def _fact(spec: FactSpec, value: tuple[str, ...], source: str) -> Fact:
    return Fact(key=spec.key, value=value, known=Known.CLAIMED, source=source)


CHECK = listed("inherited-terms")
