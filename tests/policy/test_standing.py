from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from histories import (
    ADMIT,
    ALICE,
    ATTACK,
    BLOCK,
    BOB,
    CAROL,
    CODE,
    DAN,
    EVE,
    LICENCE,
    NOBODY,
    NOW,
    REVIEW,
    TWO,
    USE,
    asks,
    entry,
    held,
    history,
    imported,
    no,
    stands,
    verdict,
    withdrawn,
    words,
    yes,
)

from calls import calls
from hilt.core.events import THE_LOG, Event, Recorded
from hilt.core.verdict import Outcome
from hilt.policy.standing import standing

ASKED = (verdict(REVIEW, CODE), (ALICE, asks()))
"""A verdict of review, and a case, whose number is 1."""


def outcome(*said: Event | tuple[str, Event] | Recorded, now: datetime = NOW) -> object:
    return stands(history(*said), now=now).outcome


def test_what_nobody_checked_is_for_review() -> None:
    found = stands([])
    assert (found.outcome, found.rests_on, found.case, found.claimed) == (REVIEW, (), -1, True)
    assert found.why == ("There is no verdict on these bytes: have them checked.",)


def test_a_verdict_of_admit_lets_nothing_run_that_no_person_admitted() -> None:
    found = stands(history(verdict()))
    assert (found.outcome, found.rests_on, found.claimed) == (REVIEW, (0,), False)
    assert found.why == (
        "Nobody has admitted it for this use.",
        "The verdict is admit by policy acme, on 2026-11-01 (entry 0).",
    )


def test_any_registered_person_admits_what_the_verdict_admits() -> None:
    found = stands(history(verdict(), (EVE, yes(until="2027-06-30", conditions=words("inside the EU")))))
    assert (found.outcome, found.until, found.conditions) == (ADMIT, "2027-06-30", ("inside the EU",))
    assert found.why[0] == "Admitted for this use on 2026-11-02 (entry 1), until 2027-06-30."
    assert (found.rests_on, found.waits_for, found.case) == ((1, 0), (), -1)


def test_the_log_admits_nothing() -> None:
    assert outcome(verdict(), (THE_LOG, yes())) is REVIEW


def test_a_use_is_the_same_whatever_its_blanks_and_capitals() -> None:
    entries = history(verdict(), (BOB, yes()))
    assert stands(entries, use=" Support   CHATBOT,\teu").outcome is ADMIT
    assert stands(entries, use="support chatbot").outcome is REVIEW


def test_a_use_is_the_same_however_a_keyboard_puts_its_letters_together() -> None:
    composed, apart, wide = "Caf\u00e9 EU", "cafe\u0301 eu", "\uff23af\u00e9\u3000EU"
    for spelled in (apart, wide):
        admitted = history(verdict(), (BOB, yes(use=composed)), (EVE, withdrawn(spelled)))
        assert stands(admitted, use=composed).outcome is BLOCK


def test_the_latest_act_counts_for_its_conditions_and_its_end() -> None:
    first, second = yes(conditions=words("in the lab")), yes(until="2027-01-20")
    found = stands(history(verdict(), (BOB, first), (CAROL, second)))
    assert (found.outcome, found.conditions, found.until) == (ADMIT, (), "2027-01-20")
    assert outcome(verdict(), (BOB, yes()), (CAROL, yes(until="2026-12-24"))) is REVIEW


def test_an_approval_counts_on_its_last_day_in_utc_and_no_longer() -> None:
    entries = history(verdict(), (BOB, yes(until="2027-01-31")))
    assert stands(entries, now=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)).outcome is ADMIT
    over = stands(entries, now=datetime(2027, 2, 1, tzinfo=UTC))
    assert over.outcome is REVIEW
    assert "The yes by reviewer of 2026-11-02 (entry 1) does not count: it counted until 2027-01-31." in over.why
    east = timezone(timedelta(hours=9))
    assert stands(entries, now=datetime(2027, 2, 1, 8, 59, tzinfo=east)).outcome is ADMIT
    assert stands(entries, now=datetime(2027, 2, 1, 9, 0, tzinfo=east)).outcome is REVIEW


def test_a_review_waits_for_those_whom_the_policy_names() -> None:
    found = stands(history(*ASKED))
    assert (found.outcome, found.case, found.waits_for) == (REVIEW, 1, (CODE,))
    assert found.why[1] == "no-code: a yes is missing by reviewer."
    answered = stands(history(*ASKED, (BOB, yes(1, "no-code"))))
    assert (answered.outcome, answered.rests_on, answered.case) == (ADMIT, (2, 0), -1)
    assert "no-code: yes by reviewer on 2026-11-03 (entry 2)." in answered.why


@pytest.mark.parametrize(
    ("by", "said", "why"),
    [
        (EVE, yes(1, "no-code"), "a yes is missing"),
        (BOB, yes(1), "a yes is missing"),
        (BOB, yes(1, "licence"), "a yes is missing"),
        (BOB, yes(1, "no-code", answers=(("no-code", words(" \n")),)), "a yes is missing"),
        (ALICE, yes(1, "no-code"), "it is by whoever asked for the use"),
        (BOB, yes(-1, "no-code"), "it answers no request that is open"),
        (BOB, yes(0, "no-code"), "it answers no request that is open"),
        (BOB, yes(1, "no-code", evidence="f" * 64), "it rests on other evidence than the newest verdict"),
        (BOB, yes(1, "no-code", policy_digest="c" * 64), "it rests on another policy than the newest verdict"),
        (BOB, yes(1, "no-code", until="2026-12-24"), "it counted until 2026-12-24"),
        (BOB, yes(1, "no-code", use="another use"), "a yes is missing"),
        (THE_LOG, yes(1, "no-code"), "no person signed it"),
    ],
)
def test_a_yes_that_is_not_what_the_policy_asks_for_changes_nothing(by: str, said: Event, why: str) -> None:
    found = stands(history(*ASKED, (by, said)))
    assert found.outcome is REVIEW
    assert why in " ".join(found.why)


def test_an_answer_whose_words_were_erased_is_an_answer() -> None:
    assert outcome(*ASKED, (BOB, yes(1, answers=(("no-code", words(None)),)))) is ADMIT


def test_erased_conditions_are_not_forgotten() -> None:
    (condition,) = stands(history(*ASKED, (BOB, yes(1, "no-code", conditions=words(None))))).conditions
    assert condition == "there is a condition in entry 2, and its words were erased: ask whoever set it"


def test_two_people_are_two_people() -> None:
    asked = (verdict(REVIEW, TWO), (ALICE, asks()))
    said = yes(1, "no-code")
    assert outcome(*asked, (BOB, said)) is REVIEW
    assert outcome(*asked, (BOB, said), (BOB, said)) is REVIEW  # be it with another key of theirs
    assert outcome(*asked, (BOB, said), (ALICE, said)) is REVIEW
    assert outcome(*asked, (BOB, said), (CAROL, said)) is ADMIT
    (left,) = stands(history(*asked, (BOB, said))).waits_for
    assert (left.approvals, left.by) == (1, ("reviewer",))
    assert "2 of" not in stands(history(*asked, (BOB, said))).why[1]


def test_each_question_needs_its_own_people() -> None:
    asked = (verdict(REVIEW, TWO, LICENCE), (ALICE, asks()))
    both = yes(1, "no-code", "licence")
    assert outcome(*asked, (BOB, both), (DAN, both)) is REVIEW
    found = stands(history(*asked, (BOB, both), (CAROL, both)))
    assert (found.outcome, found.rests_on) == (ADMIT, (2, 3, 0))


def test_it_ends_on_the_day_on_which_the_first_question_lacks_people() -> None:
    asked = (verdict(REVIEW, TWO, LICENCE), (ALICE, asks()))
    some = (
        (BOB, yes(1, "no-code", until="2027-03-01")),
        (CAROL, yes(1, "no-code", "licence", until="2027-02-01")),
        (DAN, yes(1, "no-code")),
    )
    assert stands(history(*asked, *some)).until == "2027-02-01"
    assert stands(history(*asked, *some[:2], (DAN, yes(1, "licence")))).until == "2027-02-01"
    assert outcome(*asked, *some, now=datetime(2027, 2, 1, tzinfo=UTC)) is ADMIT
    assert outcome(*asked, *some, now=datetime(2027, 2, 2, tzinfo=UTC)) is REVIEW


def test_roles_are_those_of_the_time_of_the_approval() -> None:
    then = entry(2, yes(1, "no-code"), EVE, roles=("reviewer",))
    since = entry(2, yes(1, "no-code"), BOB, roles=())
    assert outcome(*ASKED, then) is ADMIT
    assert outcome(*ASKED, since) is REVIEW


def test_an_approval_of_an_earlier_verdict_on_the_same_evidence_holds() -> None:
    approved = (*ASKED, (BOB, yes(1, "no-code")))
    assert outcome(*approved, verdict(REVIEW, CODE)) is ADMIT
    assert outcome(*approved, verdict(REVIEW, CODE, evidence="f"), verdict(REVIEW, CODE)) is ADMIT


@pytest.mark.parametrize("newer", [verdict(REVIEW, CODE, evidence="f"), verdict(REVIEW, CODE, policy="c")])
def test_a_verdict_on_other_evidence_or_by_another_policy_opens_the_case_again(newer: Event) -> None:
    approved = (*ASKED, (BOB, yes(1, "no-code")), newer)
    found = stands(history(*approved))
    assert (found.outcome, found.case, found.waits_for) == (REVIEW, 1, (CODE,))
    assert any("(entry 2) does not count: it rests on" in why for why in found.why)
    assert outcome(*approved, (CAROL, replace(yes(1, "no-code"), evidence="f" * 64))) is (
        ADMIT if newer == verdict(REVIEW, CODE, evidence="f") else REVIEW
    )


def test_a_new_question_is_asked_even_where_the_rest_is_answered() -> None:
    found = stands(history(*ASKED, (BOB, yes(1, "no-code")), verdict(REVIEW, CODE, LICENCE)))
    assert (found.outcome, found.waits_for) == (REVIEW, (LICENCE,))


def test_nobody_approves_what_was_not_recorded_yet() -> None:
    early = ((ALICE, asks()), (BOB, yes(0, "no-code")), verdict(REVIEW, CODE))
    found = stands(history(*early))
    assert found.outcome is REVIEW
    assert "what it rests on was not recorded yet" in found.why[-1]
    assert outcome((BOB, yes()), verdict()) is REVIEW


def test_a_question_without_roles_is_answered_by_nobody() -> None:
    nameless = replace(CODE, by=())
    found = stands(history(verdict(REVIEW, nameless), (ALICE, asks()), (BOB, yes(1, "no-code"))))
    assert found.outcome is REVIEW
    assert "no-code: the policy acme names nobody who may decide; give the rule `by`." in found.why


@pytest.mark.parametrize("worst", [REVIEW, BLOCK])
def test_a_verdict_that_admits_nothing_and_asks_nothing_admits_nothing(worst: Outcome) -> None:
    entries = history(
        replace(verdict(), outcome=worst), (ALICE, asks()), (BOB, yes(1, exception=True, until="2027-06-30"))
    )
    found = stands(entries)
    assert found.outcome is worst
    assert any("names no rule that people could answer" in why for why in found.why)


def test_a_number_of_people_below_one_is_one() -> None:
    none = replace(CODE, approvals=0)
    assert outcome(verdict(REVIEW, none), (ALICE, asks())) is REVIEW
    assert outcome(verdict(REVIEW, none), (ALICE, asks()), (BOB, yes(1, "no-code"))) is ADMIT


def test_a_block_is_a_block_until_those_who_may_make_an_exception_do_so_with_an_end() -> None:
    blocked = (verdict(BLOCK, ATTACK, CODE), (ALICE, asks()))
    said = yes(1, "attack", "no-code", exception=True, until="2027-06-30")
    found = stands(history(*blocked))
    assert (found.outcome, found.waits_for) == (BLOCK, (ATTACK, CODE))
    assert "attack: an exception is missing by ceo." in found.why
    assert outcome(*blocked, (BOB, said)) is BLOCK
    assert outcome(*blocked, (DAN, replace(said, until=""))) is BLOCK
    assert outcome(*blocked, (DAN, replace(said, exception=False))) is BLOCK
    exception = stands(history(*blocked, (DAN, said)))
    assert (exception.outcome, exception.exception, exception.until) == (ADMIT, True, "2027-06-30")
    assert exception.why[0].startswith("Admitted for this use as an exception to the verdict block of 2026-11-01")
    assert outcome(*blocked, (DAN, said), now=datetime(2027, 7, 1, tzinfo=UTC)) is BLOCK


def test_nobody_makes_exceptions_to_a_policy_that_has_no_override() -> None:
    said = yes(1, "attack", exception=True, until="2027-06-30")
    found = stands(history(verdict(BLOCK, NOBODY), (ALICE, asks()), (DAN, said)))
    assert found.outcome is BLOCK
    assert any("it has no `override`, so nobody can make an exception" in why for why in found.why)


def test_a_refusal_holds_whatever_verdicts_come_until_it_is_asked_for_and_admitted_anew() -> None:
    refused = (*ASKED, (BOB, no(1)))
    found = stands(history(*refused))
    assert (found.outcome, found.case, found.rests_on) == (BLOCK, -1, (2, 0))
    assert found.why[0].startswith("Refused for this use by reviewer on 2026-11-03 (entry 2).")
    assert outcome(*refused, verdict(ADMIT, evidence="f")) is BLOCK
    assert outcome(*refused, (CAROL, yes(1, "no-code"))) is BLOCK
    again = (*refused, (ALICE, asks()))
    waiting = stands(history(*again))
    assert (waiting.outcome, waiting.case, waiting.waits_for) == (BLOCK, 3, (CODE,))
    assert outcome(*again, (CAROL, yes(3, "no-code"))) is ADMIT


def test_approvals_of_before_a_refusal_are_gone() -> None:
    asked = (verdict(REVIEW, TWO), (ALICE, asks()), (BOB, yes(1, "no-code")), (CAROL, no(1)), (ALICE, asks()))
    assert outcome(*asked, (CAROL, yes(4, "no-code"))) is BLOCK
    assert outcome(*asked, (CAROL, yes(4, "no-code")), (BOB, yes(4, "no-code"))) is ADMIT


def test_what_is_withdrawn_is_stopped_for_its_use_or_for_all() -> None:
    admitted = (verdict(), (BOB, yes()))
    found = stands(history(*admitted, (EVE, withdrawn())))
    assert (found.outcome, found.rests_on) == (BLOCK, (2, 0))
    assert found.why[0].startswith("Withdrawn for every use on 2026-11-03 (entry 2).")
    assert outcome(*admitted, (EVE, withdrawn("SUPPORT chatbot,  eu"))) is BLOCK
    assert outcome(*admitted, (EVE, withdrawn("another use"))) is ADMIT


def test_what_was_stopped_takes_two_people_to_be_admitted_again_whatever_the_verdict() -> None:
    stopped = (verdict(), (BOB, yes()), (EVE, withdrawn()))
    assert stands(history(*stopped)).stopped_before
    assert outcome(*stopped, (BOB, yes())) is BLOCK  # nobody asked
    assert outcome(*stopped, (BOB, asks()), (BOB, yes(3))) is BLOCK  # who asked does not answer
    again = (*stopped, (BOB, asks()), (CAROL, yes(3)))
    assert outcome(*again) is ADMIT
    assert outcome(*again, (CAROL, withdrawn()), (EVE, yes(3))) is BLOCK  # that request was answered before


def test_nobody_says_yes_to_a_request_that_is_not_there_yet() -> None:
    assert outcome(verdict(REVIEW, CODE), (BOB, yes(2, "no-code")), (ALICE, asks())) is REVIEW
    assert outcome(verdict(), (EVE, withdrawn()), (BOB, yes(3)), (ALICE, asks())) is BLOCK


def test_telling_how_a_use_stands_takes_work_in_proportion_to_what_was_said_of_it() -> None:
    def work(times: int) -> int:
        """The calls that it takes to tell how a use stands which was stopped, and to which one of two says yes again and again."""
        other: list[Event | tuple[str, Event]] = [
            verdict(REVIEW, TWO),
            (BOB, yes(2, "no-code")),
            verdict(REVIEW, TWO, evidence="f"),
        ]
        entries = history(verdict(REVIEW, TWO), (EVE, no()), (ALICE, asks()), *other * times)
        told = partial(stands, entries, now=NOW + timedelta(days=999))
        assert told().outcome is BLOCK
        return calls(told)

    assert work(80) < 2.5 * work(40)


def test_what_was_admitted_after_a_stop_ends_in_review_and_not_in_the_old_stop() -> None:
    again = (verdict(), (BOB, no()), (BOB, asks()), (CAROL, yes(2, until="2026-12-24")))
    assert outcome(*again, now=datetime(2026, 12, 24, tzinfo=UTC)) is ADMIT
    assert outcome(*again) is REVIEW
    ended = (verdict(), (BOB, no()), (BOB, asks()), (CAROL, yes(2, until="2026-11-02")))
    assert outcome(*ended) is BLOCK  # it never counted


def test_the_acts_of_a_compromised_key_do_not_count() -> None:
    stolen = entry(2, yes(1, "no-code"), BOB, lapsed="the key of p-00000002 turned out to be compromised (entry 9)")
    found = stands(history(*ASKED, stolen))
    assert found.outcome is REVIEW
    assert any("compromised (entry 9)." in why for why in found.why)
    requested = entry(1, asks(), ALICE, lapsed="stolen")
    assert outcome(verdict(REVIEW, CODE), requested, (BOB, yes(1, "no-code"))) is REVIEW


def test_a_stop_with_a_compromised_key_is_for_people_to_look_at() -> None:
    stolen = entry(2, withdrawn(), BOB, lapsed="the key of p-00000002 turned out to be compromised (entry 9)")
    found = stands(history(verdict(), (CAROL, yes()), stolen))
    assert found.outcome is REVIEW
    assert "nobody knows whether that was meant" in found.why[0]
    assert outcome(verdict(), (CAROL, yes()), stolen, (DAN, asks()), (CAROL, yes(3))) is ADMIT
    real = history(verdict(), (CAROL, no()), stolen)
    assert stands(real).outcome is BLOCK


def test_a_verdict_that_a_person_signed_is_none() -> None:
    assert outcome(verdict(BLOCK, ATTACK), (BOB, verdict()), (BOB, yes())) is BLOCK
    assert outcome((BOB, verdict()), (BOB, yes())) is REVIEW


def test_a_second_request_for_the_same_use_takes_nothing_away() -> None:
    assert outcome(*ASKED, (BOB, yes(1, "no-code")), (EVE, asks())) is ADMIT
    assert stands(history(*ASKED, (EVE, asks()))).case == 1


def test_a_clock_before_the_newest_entry_admits_nothing() -> None:
    entries = history(verdict(), (BOB, yes()))
    early = datetime(2026, 11, 1, tzinfo=UTC)
    found = stands(entries, now=early)
    assert (found.outcome, found.until, found.conditions) == (REVIEW, "", ())
    assert found.why[0].startswith(
        "The clock says 2026-11-01T00:00:00Z, and the newest entry of the log is of 2026-11-02"
    )
    later = standing(entries, use=USE, now=NOW, newest_at="2027-01-15T12:00:00.5Z")
    assert later.outcome is REVIEW
    assert standing(entries, use=USE, now=NOW, newest_at="2027-01-15T12:00:00Z").outcome is ADMIT
    assert stands(history(verdict(BLOCK, ATTACK)), now=early - timedelta(days=9)).outcome is BLOCK


def test_the_time_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        standing([], use=USE, now=datetime(2027, 1, 1))  # noqa: DTZ001


def test_digests_that_only_a_hub_states_are_told_as_such() -> None:
    stated = replace(verdict(), claimed=True)
    assert stands(history(stated, (BOB, yes()))).claimed
    assert not stands(history(stated, (BOB, yes()), verdict())).claimed
    assert not stands(history(verdict(), (BOB, yes()), stated)).claimed


def test_who_runs_it_changes_nothing() -> None:
    assert stands(history(verdict(), (BOB, yes()))) == stands(history(verdict(), (BOB, yes()), (BOB, held())))


# ---- what came from another log


def central(*said: Event | tuple[str, Event], until: str = "2027-06-30") -> list[Recorded]:
    """An entry of ours that brought a bundle, and what came in it."""
    return [entry(0, imported(), BOB), *(replace(one, origin="central", until=until) for one in history(*said))]


def ours(index: int, *said: Event | tuple[str, Event]) -> list[Recorded]:
    return [replace(one, index=index + number) for number, one in enumerate(history(*said))]


def test_what_a_trusted_log_admitted_is_admitted_here() -> None:
    found = stands(central(verdict(REVIEW, CODE), (ALICE, asks()), (BOB, yes(1, "no-code", conditions=words("EU")))))
    assert (found.outcome, found.rests_on, found.until, found.claimed) == (ADMIT, (0,), "2027-06-30", True)
    assert found.why[0] == (
        "Admitted for this use: people answered what the verdict of 2026-11-01 (entry 0 of the log central) left to them, "
        "until 2027-06-30."
    )
    assert found.conditions == ("EU",)


def test_what_a_trusted_log_says_counts_until_it_was_to_be_asked_again() -> None:
    brought = central(verdict(), (BOB, yes()), until="2027-01-14")
    assert stands(brought, now=datetime(2027, 1, 14, tzinfo=UTC)).outcome is ADMIT
    found = stands(brought)
    assert found.outcome is REVIEW
    assert any("what its log says counted until 2027-01-14" in why for why in found.why)


def test_our_own_verdict_of_admit_is_enough_beside_their_decision() -> None:
    brought = central(verdict(), (BOB, yes()))
    assert stands([*brought, *ours(1, verdict(evidence="f"))]).outcome is ADMIT


@pytest.mark.parametrize("own", [verdict(REVIEW, CODE), verdict(BLOCK, ATTACK)])
def test_our_own_verdict_asks_our_own_people(own: Event) -> None:
    found = stands([*central(verdict(), (BOB, yes())), *ours(1, own, (ALICE, asks()))])
    assert found.outcome is own.outcome  # type: ignore[union-attr]
    assert found.case == 2
    assert found.waits_for == own.questions  # type: ignore[union-attr]


def test_a_stop_there_is_a_stop_here_and_the_other_way_round() -> None:
    there, here = (verdict(), (BOB, no())), (verdict(), (BOB, yes()))
    assert stands([*central(*there), *ours(1, *here)]).outcome is BLOCK
    assert stands([*central(*here), *ours(1, *there)]).outcome is BLOCK
    assert stands([*central(*here), *ours(1, (BOB, withdrawn()))]).outcome is BLOCK
    assert stands([*central(*here), *ours(1, verdict(), (BOB, yes(until="2026-12-24")))]).outcome is REVIEW


def test_a_decision_binds_to_the_verdict_of_its_own_log() -> None:
    elsewhere = [replace(one, origin="other") for one in history((ALICE, asks()), (BOB, yes(0, "no-code")))]
    assert stands([*ours(3, verdict(REVIEW, CODE), (ALICE, asks())), *elsewhere]).outcome is REVIEW
    assert (
        stands([*central(verdict(REVIEW, CODE), (ALICE, asks())), *ours(1, (BOB, yes(1, "no-code")))]).outcome is REVIEW
    )
