"""What licences and laws ask, in the order it is told: what counts against the organisation first, what is settled last.

The same duty that comes with several works is one duty, and the same goes for terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
from hilt.core.verdict import Verdict
from hilt.output.figures import some

NO_ADVICE = "This is not legal advice: hilt tells what licences and laws say, not what they mean for you."

ORDER = {DutyState.DUE: 0, DutyState.UNKNOWN: 1, DutyState.DONE: 2, DutyState.NOT_DUE: 3}

TERMS = {
    "commercial": "commercial use",
    "research": "use outside of research",
    "users": "number of users",
    "revenue": "revenue",
    "hosting": "offering it as a service",
    "territory": "territory",
    "outputs": "use of outputs",
    "output-training": "training on outputs",
    "use-policy": "limits of use",
    "registration": "registration",
}
"""What a term is about, by its id."""

DUTIES = {
    "licence-copy": "a copy of the licence",
    "notice": "a notice",
    "attribution": "attribution",
    "mark-changes": "marks on what was changed",
    "use-policy": "the same limits of use",
    "display": "words to display",
    "name-prefix": "a name to begin with",
    "share-alike": "the same licence",
    "source-offer": "the source",
    "content-filter": "filters of content",
    "no-endorsement": "no advertising with its authors' names",
    "model-card": "documentation",
}
"""What a duty asks for, by its id."""


class Asked(NamedTuple):
    """A duty; `licence` is the name of the licence, `works` are those that it comes with (empty for the subject)."""

    obligation: Obligation
    state: DutyState
    why: str
    licence: str
    works: tuple[str, ...]

    @property
    def kind(self) -> str:
        return DUTIES.get(self.obligation.id, self.obligation.says)

    @property
    def source(self) -> str:
        return _with_works(self.licence, self.works)

    @property
    def words(self) -> tuple[str, ...]:
        """The lines that are to be carried as they stand."""
        return tuple(line for line in self.obligation.words.splitlines() if line.strip())


class Held(NamedTuple):
    """A term; `holds` is None where it cannot be told."""

    term: Term
    holds: bool | None
    why: str
    licence: str
    works: tuple[str, ...]

    @property
    def kind(self) -> str:
        return TERMS.get(self.term.id, self.term.says)

    @property
    def source(self) -> str:
        return _with_works(self.licence, self.works)

    @property
    def conduct(self) -> bool:
        """No profile decides it: somebody has to read it, and to say that it is kept."""
        return self.holds is None and not self.term.needs


def _with_works(licence: str, works: tuple[str, ...]) -> str:
    named = [work for work in works if work]
    if not named:
        return licence
    return f"{licence}, also of {some(named, 3)}" if "" in works else f"{licence} of {some(named, 3)}"


def checklist(verdict: Verdict, catalogue: Catalogue) -> tuple[Asked, ...]:
    like: dict[object, list[Duty]] = {}
    for duty in verdict.duties:
        one = duty.obligation
        like.setdefault((duty.state, duty.why, one.licence, one.id, one.says, one.words, one.where), []).append(duty)
    told = [
        Asked(
            obligation=same[0].obligation,
            state=same[0].state,
            why=same[0].why,
            licence=catalogue.licence(same[0].obligation.licence),
            works=_works(duty.obligation.of for duty in same),
        )
        for same in like.values()
    ]
    return tuple(sorted(told, key=lambda one: ORDER[one.state]))


def terms(verdict: Verdict, catalogue: Catalogue) -> tuple[Held, ...]:
    like: dict[object, list[HeldTerm]] = {}
    for held in verdict.terms:
        term = held.term
        like.setdefault((held.holds, held.why, term.licence, term.id, term.says, term.needs), []).append(held)
    told = [
        Held(
            term=same[0].term,
            holds=same[0].holds,
            why=same[0].why,
            licence=catalogue.licence(same[0].term.licence),
            works=_works(held.term.of for held in same),
        )
        for same in like.values()
    ]
    return tuple(sorted(told, key=lambda one: (one.holds is not False, one.holds is True, one.conduct)))


def laws(verdict: Verdict) -> tuple[Answer, ...]:
    """What applies first, then what cannot be told."""
    return tuple(sorted(verdict.answers, key=lambda answer: (answer.holds is not True, answer.holds is False)))


def _works(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def is_legal(verdict: Verdict) -> bool:
    """Does it tell of licence terms or of laws?"""
    return bool(verdict.terms or verdict.duties or verdict.answers)
