"""What there is to tell of a record, without one: people, entries, standings and cases, as dataclasses."""

from __future__ import annotations

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    Event,
    HoldingBegun,
    Person,
    Question,
    Recorded,
    Say,
    UseRequested,
    VerdictGiven,
    Words,
)
from hilt.core.review import LastDecision, OpenCase, ShownCase
from hilt.core.standing import Standing
from hilt.core.status import Status, UseStatus
from hilt.core.verdict import Outcome
from sample_reports import UNSURE

HOSTILE = "mo\x1b[2Jdel\u202e"
SUBJECT, POLICY, EVIDENCE = "5a" * 32, "9b" * 32, "7c" * 32
USE = "support chatbot, EU"
EVE, LENA = "p-0000000e", "p-0000001e"
NAMES = {EVE: "Eve", LENA: "Lena"}
ASKED = Question(rule="licence", policy="acme", outcome=Outcome.REVIEW, by=("legal",), ask="Does it allow our use?")


def said(text: str | None) -> Words:
    return Words(digest="d" * 64, text=text)


def entry(index: int, event: Event, by: str = EVE, *roles: str) -> Recorded:
    return Recorded(index=index, at=f"2026-03-{index:02d}T09:00:00+00:00", by=by, event=event, roles=roles)


def person(name: str | None = "Eve", *, contact: str = "eve@acme.example") -> Person:
    return Person(person=EVE, name=said(name), contact=said(contact), roles=("engineer",), keys=("KEY",))


VERDICT = entry(
    3,
    VerdictGiven(
        subject=SUBJECT,
        reference="hf:acme/chat",
        revision="main",
        outcome=Outcome.REVIEW,
        policy="acme",
        policy_digest=POLICY,
        evidence=EVIDENCE,
        report="1" * 64,
        verdict="2" * 64,
        questions=(ASKED,),
    ),
    THE_LOG,
)
REQUEST = entry(5, UseRequested(subject=SUBJECT, use=USE, why=said("it is small")))
HELD = entry(6, HoldingBegun(subject=SUBJECT, use=USE, place="cluster eu-1", holder=said("Team Chat")))
YES = entry(
    8,
    DecisionMade(
        subject=SUBJECT,
        use=USE,
        say=Say.YES,
        policy_digest=POLICY,
        evidence=EVIDENCE,
        why=said("seen"),
        case=5,
        answers=((ASKED.rule, said("it does")),),
        conditions=said("only in the EU"),
        until="2027-01-31",
    ),
    LENA,
    "legal",
)
WAITS = Standing(
    outcome=Outcome.REVIEW,
    subject=SUBJECT,
    use=USE,
    at="2026-04-01T00:00:00Z",
    why=("It waits for people.",),
    waits_for=(ASKED,),
    case=5,
)
RUNS = Standing(
    outcome=Outcome.ADMIT,
    subject=SUBJECT,
    use=USE,
    at="2026-04-01T00:00:00Z",
    why=("Lena said yes.",),
    until="2027-01-31",
    conditions=("only in the EU",),
    exception=True,
)
WAITING = UseStatus(standing=WAITS, acts=(REQUEST,), may_decide=((ASKED, ("Lena", "Otto")),))


def status(*uses: UseStatus, reference: str = "hf:acme/chat", holdings: tuple[Recorded, ...] = ()) -> Status:
    return Status(reference=reference, subject=SUBJECT, verdict=VERDICT, uses=uses, holdings=holdings, names=NAMES)


def case(use: UseStatus = WAITING, reference: str = "hf:acme/chat") -> OpenCase:
    return OpenCase(
        case=5, request=REQUEST, status=status(use, reference=reference), since="2026-03-05", waited=3 * 86400
    )


def shown(*, is_open: bool = True, before: LastDecision | None = None, exception: bool = False) -> ShownCase:
    signed = DecisionMade(
        subject=SUBJECT,
        use=USE,
        say=Say.YES,
        policy_digest=POLICY,
        evidence=EVIDENCE,
        why=said(""),
        case=5,
        exception=exception,
    )
    return ShownCase(
        open=case() if is_open else None,
        case=5,
        request=REQUEST,
        status=status(WAITING, holdings=(HELD,)),
        verdict=UNSURE,
        before=before,
        alike=(),
        signed=signed,
    )
