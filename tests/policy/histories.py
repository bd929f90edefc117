"""Histories of one subject: made from a few words, and made at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    Event,
    HoldingBegun,
    Imported,
    Question,
    Recorded,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome
from hilt.policy.standing import standing

SUBJECT = "5e" * 32
USE = "support chatbot, EU"
BEGIN = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
ADMIT, REVIEW, BLOCK = Outcome

ROLES = {
    "p-00000001": ("dev",),
    "p-00000002": ("reviewer",),
    "p-00000003": ("reviewer", "legal"),
    "p-00000004": ("reviewer", "ceo"),
    "p-00000005": (),
}
ALICE, BOB, CAROL, DAN, EVE = ROLES


def words(text: str | None) -> Words:
    return replace(Words.of(text or "", b"salt" * 4), text=text)


CODE = Question(rule="no-code", policy="acme", outcome=REVIEW, by=("reviewer",), ask="Who read it?")
LICENCE = Question(rule="licence", policy="acme", outcome=REVIEW, by=("legal",), approvals=1, ask="Which one?")
TWO = replace(CODE, approvals=2)
ATTACK = Question(rule="attack", policy="acme", outcome=BLOCK, by=("ceo",), ask="Why all the same?")
NOBODY = replace(ATTACK, by=(), ask="")


def verdict(outcome: Outcome = ADMIT, *questions: Question, evidence: str = "e", policy: str = "d") -> VerdictGiven:
    return VerdictGiven(
        subject=SUBJECT,
        reference="/models/m",
        outcome=outcome,
        policy="acme",
        policy_digest=policy * 64,
        evidence=evidence * 64,
        report="0a" * 32,
        verdict="0b" * 32,
        questions=questions,
    )


def asks(use: str = USE) -> UseRequested:
    return UseRequested(subject=SUBJECT, use=use, why=words("we need it"))


def yes(case: int = -1, *rules: str, **changed: Any) -> DecisionMade:
    """A yes that answers these rules, to the verdict that `verdict` gives."""
    made = DecisionMade(
        subject=SUBJECT,
        use=USE,
        say=Say.YES,
        policy_digest="d" * 64,
        evidence="e" * 64,
        why=words("seen"),
        case=case,
        answers=tuple((rule, words("I read it")) for rule in rules),
    )
    return replace(made, **changed)


def no(case: int = -1, **changed: Any) -> DecisionMade:
    return yes(case, say=Say.NO, **changed)


def withdrawn(use: str = "") -> Withdrawn:
    return Withdrawn(subject=SUBJECT, why=words("an advisory came"), use=use)


def held() -> HoldingBegun:
    return HoldingBegun(subject=SUBJECT, use=USE, place="cluster", holder=words("team"))


def imported(origin: str = "central") -> Imported:
    return Imported(
        subject=SUBJECT, origin=origin, bundle="0c" * 32, checkpoint="note", until="2027-06-30", verdict=verdict()
    )


def entry(index: int, event: Event, by: str = THE_LOG, **changed: Any) -> Recorded:
    """One entry each day, signed by somebody who has the roles that they have."""
    at = (BEGIN + timedelta(days=index)).isoformat()
    return replace(Recorded(index=index, at=at, by=by, event=event, roles=ROLES.get(by, ())), **changed)


def history(*said: Event | tuple[str, Event] | Recorded) -> list[Recorded]:
    """The entries from 0 on: an event of the log, an event of a person, or an entry as it is."""
    entries = []
    for index, one in enumerate(said):
        if isinstance(one, Recorded):
            entries.append(one)
        else:
            by, event = one if isinstance(one, tuple) else (THE_LOG, one)
            entries.append(entry(index, event, by))
    return entries


def stands(entries: Sequence[Recorded], *, use: str = USE, now: datetime = NOW) -> Standing:
    return standing(entries, use=use, now=now)


_DAYS = st.sampled_from(["", "2026-11-20", "2026-12-24", "2027-01-15", "2027-06-30"])
_USES = st.sampled_from([USE, "Support  CHATBOT, eu", "another use"])
_QUESTIONS = st.lists(st.sampled_from([CODE, TWO, LICENCE, ATTACK, NOBODY]), max_size=3, unique_by=lambda one: one.rule)


@st.composite
def _verdicts(draw: st.DrawFn) -> VerdictGiven:
    questions = draw(_QUESTIONS)
    outcome = max((one.outcome for one in questions), default=ADMIT)
    return verdict(outcome, *questions, evidence=draw(st.sampled_from("ef")), policy=draw(st.sampled_from("dddc")))


_DECISIONS = st.builds(
    yes,
    st.integers(-1, 8),
    say=st.sampled_from([Say.YES, Say.YES, Say.YES, Say.NO]),
    use=_USES,
    evidence=st.sampled_from(["e" * 64, "e" * 64, "f" * 64]),
    until=_DAYS,
    exception=st.booleans(),
    answers=st.lists(
        st.tuples(st.sampled_from(["no-code", "licence", "attack"]), st.sampled_from([words("ok"), words(None), words(" ")])),
        max_size=3,
    ).map(tuple),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn, longest: int = 14) -> list[Recorded]:
    """Anything that the record may hold of a subject, most of it by people who may say it."""
    entries: list[Recorded] = []
    for index in range(draw(st.integers(0, longest))):
        event: Event = draw(
            st.one_of(
                _verdicts(),
                st.builds(asks, _USES),
                _DECISIONS,
                _DECISIONS,
                _DECISIONS,
                st.builds(withdrawn, st.one_of(st.just(""), _USES)),
                st.just(held()),
            )
        )
        by = THE_LOG if isinstance(event, VerdictGiven) else draw(st.sampled_from(list(ROLES)))
        lapsed = (
            "" if isinstance(event, VerdictGiven) else draw(st.sampled_from(["", "", "", "", "the key was stolen"]))
        )
        entries.append(entry(index, event, by, lapsed=lapsed))
    return entries


@st.composite
def likely(draw: st.DrawFn) -> list[Recorded]:
    """Histories that end in a verdict, a request and decisions which fit it: many of them admit."""
    entries = draw(histories(longest=5))
    questions = draw(st.sampled_from([(), (CODE,), (TWO, LICENCE), (ATTACK, CODE)]))
    given = verdict(max((one.outcome for one in questions), default=ADMIT), *questions)
    entries.append(entry(len(entries), given))
    case = len(entries)
    entries.append(entry(case, asks(), draw(st.sampled_from([ALICE, BOB]))))
    for _ in range(draw(st.integers(0, 4))):
        decision = yes(case, "no-code", "licence", "attack", until=draw(_DAYS), exception=given.outcome is BLOCK)
        entries.append(entry(len(entries), decision, draw(st.sampled_from(list(ROLES)))))
    return entries


anything = st.one_of(histories(), likely())
