from __future__ import annotations

from dataclasses import replace

from hilt.core.review import HeldException, HowDecided, Share, Stats, Times
from hilt.core.verdict import Outcome
from hilt.output.layout import Page
from hilt.output.text_review_stats import write_exceptions, write_stats
from told_of_records import HOSTILE, NAMES, RUNS, YES

NONE = Share(0, 0)
DECIDED = HowDecided(
    name="Lena (p-0000001e)",
    decisions=50,
    yes=Share.of([True] * 50),
    waited=Times.of([60, 120, 86400]),
    looked=Times.of([5, 5, 5]),
    unopened=NONE,
    quick=Share.of([True] * 50),
    looser=NONE,
    stricter=NONE,
    reversed=NONE,
    alarms=("50 of 50 decisions were a yes",),
)
STATS = Stats(
    since="2026-01-01",
    total=DECIDED,
    groups=(DECIDED,),
    alike=NONE,
    queue=Times.of([86400]),
    waiting=1,
    expired=2,
)
HELD = HeldException(decision=YES, reference="hf:acme/chat", standing=RUNS, until="2027-01-31", left=12, names=NAMES)


def text_of(stats: Stats) -> str:
    page = Page(100, colour=False)
    write_stats(page, stats)
    return " ".join(str(page).split())


def test_shares_are_told_with_the_interval_in_which_the_truth_lies() -> None:
    text = text_of(STATS)
    assert text.startswith("50 decisions since 2026-01-01")
    assert "said yes 50 of 50 (100%; between 93% and 100% with 95 % confidence)" in text
    assert "yes to what hilt blocks none" in text


def test_an_alarm_and_what_is_over_are_told() -> None:
    text = text_of(STATS)
    assert "look at this 50 of 50 decisions were a yes" in text
    assert "exceptions that are over 2" in text
    assert "open cases 1, waiting 1 day in the middle" in text


def test_of_nothing_no_time_is_told() -> None:
    nothing = replace(DECIDED, decisions=0, yes=NONE, waited=Times(), looked=Times(), alarms=())
    text = text_of(replace(STATS, total=nothing, groups=(), waiting=0, queue=Times()))
    assert "from request to decision not known" in text
    assert "open cases 0" in text


def test_exceptions_say_when_they_end_and_when_they_ended() -> None:
    page = Page(100, colour=False)
    over = replace(HELD, left=-1, standing=replace(RUNS, outcome=Outcome.BLOCK, why=("It is over.",)))
    held_back = replace(HELD, standing=replace(RUNS, outcome=Outcome.REVIEW, why=("The policy changed.",)))
    write_exceptions(page, [HELD, over, held_back])
    text = " ".join(str(page).split())
    assert "#8 hf:acme/chat for support chatbot, EU ends in 12 days (2027-01-31) by Lena (legal)" in text
    assert "ended 1 day ago" in text
    assert "The policy changed." in text
    assert "It is over." not in text
    empty = Page(100, colour=False)
    write_exceptions(empty, [])
    assert str(empty).strip() == "there are no exceptions"


def test_no_control_character_reaches_the_terminal() -> None:
    page = Page(100, colour=False)
    write_exceptions(page, [replace(HELD, reference=HOSTILE, standing=replace(RUNS, use=HOSTILE))])
    write_stats(page, replace(STATS, groups=(replace(DECIDED, name=HOSTILE),)))
    assert not {"\x1b", "\u202e"} & set(str(page))
