"""What holds of the standing whatever the record has of a subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from histories import ADMIT, ALICE, BLOCK, BOB, EVE, NOW, REVIEW, USE, anything, asks, entry, likely, stands, verdict
from histories import withdrawn as withdraws
from histories import yes as says_yes
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    HoldingBegun,
    Question,
    Recorded,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.standing import same_use

few = settings(max_examples=settings.default.max_examples // 2)
"""Each history is slow to make: `make test-slow` tries ten times as many."""
EVERY_RULE = ("no-code", "licence", "attack")


def newest(entries: Sequence[Recorded]) -> VerdictGiven | None:
    return next((one.event for one in reversed(entries) if isinstance(one.event, VerdictGiven)), None)


def answering(entries: Sequence[Recorded], case: int) -> DecisionMade:
    """The best yes that anybody could say now."""
    of = newest(entries) or verdict()
    return says_yes(
        case, *EVERY_RULE, policy_digest=of.policy_digest, evidence=of.evidence, exception=True, until="2028-01-01"
    )


@few
@given(anything, st.integers(-1, 9))
def test_what_nobody_entitled_signed_never_loosens(entries: list[Recorded], case: int) -> None:
    before = stands(entries)
    said = answering(entries, case)
    after = [stands([*entries, entry(len(entries), said, by)]).outcome for by in (THE_LOG, "p-000000ff")]
    of = newest(entries)
    assert after[0] >= before.outcome
    if of is None or of.questions:  # otherwise any registered person may admit
        assert after[1] >= before.outcome
    lapsed = entry(len(entries), said, BOB, lapsed="stolen")
    assert stands([*entries, lapsed]).outcome >= before.outcome
    unsigned = entry(len(entries), verdict(), BOB)
    assert stands([*entries, unsigned]).outcome >= before.outcome


@few
@given(anything)
def test_whoever_asked_never_counts_as_who_approved(entries: list[Recorded]) -> None:
    of = newest(entries)
    if of is None or not of.questions:
        return
    place = len(entries)
    asked = [*entries, entry(place, withdraws(), EVE), entry(place + 1, asks(), ALICE)]
    said = answering(entries, place + 1)
    roles = ("reviewer", "legal", "ceo", "dev")
    alone = [entry(place + 2 + number, said, ALICE, roles=roles) for number in range(3)]
    assert stands([*asked, *alone]).outcome is BLOCK
    assert stands([*asked, *alone]).waits_for == stands(asked).waits_for


@few
@given(anything)
def test_one_person_counts_once(entries: list[Recorded]) -> None:
    place = len(entries)
    two = replace(QUESTION, approvals=2)
    asked = [*entries, entry(place, verdict(REVIEW, two, evidence="9")), entry(place + 1, withdraws(), EVE)]
    asked.append(entry(place + 2, asks(), ALICE))
    said = answering(asked, place + 2)
    twice = [*asked, entry(place + 3, said, BOB), entry(place + 4, said, BOB)]
    assert stands(twice).outcome is BLOCK
    assert stands([*twice, entry(place + 5, said, "p-00000003", roles=("reviewer",))]).outcome is ADMIT


QUESTION = Question(rule="no-code", policy="acme", outcome=REVIEW, by=("reviewer",), ask="Who read it?")


@few
@given(anything, st.sampled_from(["", USE, "SUPPORT chatbot, EU "]), st.booleans())
def test_withdrawing_and_refusing_stop_it(entries: list[Recorded], use: str, refuses: bool) -> None:
    act = says_yes(say=Say.NO) if refuses else withdraws(use)
    assert stands([*entries, entry(len(entries), act, EVE)]).outcome is BLOCK
    lapsed = entry(len(entries), act, EVE, lapsed="stolen")
    assert stands([*entries, lapsed]).outcome in (REVIEW, BLOCK)


@few
@given(anything, st.lists(st.integers(0, 400), min_size=2, max_size=4).map(sorted))
def test_time_never_loosens(entries: list[Recorded], days: list[int]) -> None:
    outcomes = [stands(entries, now=NOW + timedelta(days=number)).outcome for number in days]
    assert outcomes == sorted(outcomes)


@few
@given(likely(), st.integers(0, 700))
def test_until_is_the_last_day(entries: list[Recorded], ahead: int) -> None:
    found = stands(entries)
    if found.outcome is not ADMIT:
        assert found.until == ""
        return
    now = NOW + timedelta(days=ahead)
    over = bool(found.until) and now.date().isoformat() > found.until
    assert (stands(entries, now=now).outcome is ADMIT) is not over


@few
@given(anything, st.sampled_from([(ADMIT,), (REVIEW, QUESTION), (BLOCK, replace(QUESTION, outcome=BLOCK))]))
def test_a_verdict_on_other_evidence_never_loosens(entries: list[Recorded], fresh: tuple[object, ...]) -> None:
    before, event = stands(entries), verdict(*fresh, evidence="9")  # type: ignore[arg-type]
    after = stands([*entries, entry(len(entries), event)])
    assert after.outcome >= REVIEW
    of = newest(entries)
    if of is None or event.outcome >= of.outcome:
        assert after.outcome >= before.outcome
    again = stands([*entries, entry(len(entries), event), entry(len(entries) + 1, of)]) if of is not None else before
    assert again.outcome is before.outcome  # nothing was lost, and nothing won


@few
@given(anything)
def test_other_uses_change_nothing(entries: list[Recorded]) -> None:
    def other(one: Recorded) -> bool:
        event = one.event
        named = isinstance(event, UseRequested | DecisionMade) or (isinstance(event, Withdrawn) and event.use)
        return bool(named) and not same_use(event.use, USE)  # type: ignore[union-attr]

    found = stands(entries)
    assert replace(stands([one for one in entries if not other(one)]), subject=found.subject) == found
    uses = iter(reversed([one.event for one in entries if other(one)]))
    turned = [replace(one, event=next(uses)) if other(one) else one for one in entries]
    assert found == stands(turned)


@few
@given(anything)
def test_holdings_change_nothing(entries: list[Recorded]) -> None:
    rest = [one for one in entries if not isinstance(one.event, HoldingBegun)]
    assert replace(stands(entries), subject="") == replace(stands(rest), subject="")


@few
@given(anything)
def test_what_is_admitted_can_be_shown_from_the_entries_that_it_rests_on(entries: list[Recorded]) -> None:
    """Told a second time, in another way: whom the entries name, and nothing else."""
    found = stands(entries)
    if found.outcome is not ADMIT:
        return
    at = {one.index: one for one in entries}
    (given_at,) = [place for place in found.rests_on if isinstance(at[place].event, VerdictGiven)]
    of = at[given_at].event
    assert isinstance(of, VerdictGiven)
    assert of == newest(entries)
    said = [at[place] for place in found.rests_on if place != given_at]
    assert said
    today = NOW.date().isoformat()
    stops = [one.index for one in entries if _stops(one)]
    for one in said:
        event = one.event
        assert isinstance(event, DecisionMade)
        assert event.say is Say.YES
        assert (event.policy_digest, event.evidence) == (of.policy_digest, of.evidence)
        assert same_use(event.use, USE)
        assert not event.until or event.until >= today
        assert not one.lapsed
        assert all(one.index > stop for stop in stops)
        assert of.outcome is not BLOCK or (event.exception and event.until)
    for question in of.questions:
        people = {
            one.by
            for one in said
            if isinstance(one.event, DecisionMade)
            and set(one.roles) & set(question.by)
            and question.rule in {rule for rule, _ in one.event.answers}
            and isinstance(asked := at[one.event.case].event, UseRequested)
            and same_use(asked.use, USE)
            and at[one.event.case].by != one.by
        }
        assert len(people) >= question.approvals


def _stops(one: Recorded) -> bool:
    event = one.event
    if isinstance(event, Withdrawn):
        return not event.use or same_use(event.use, USE)
    return isinstance(event, DecisionMade) and event.say is Say.NO and same_use(event.use, USE)
