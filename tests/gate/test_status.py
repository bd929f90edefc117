"""Decisions from Python: what a program asks before it loads a model."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import hilt
from calls import calls
from hilt.core.errors import NotAllowed, UsageError
from hilt.core.events import Event, HoldingBegun, UseRequested, Words
from hilt.gate.hold import holdings
from hilt.gate.record import opened
from hilt.gate.review import open_cases
from hilt.gate.reviewing.deciding import a_yes
from hilt.gate.reviewing.review_stats import review_stats
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.status import Now, statuses
from hilt.record.record import Record
from office import POLICY, USE, Office


def test_a_use_is_asked_for_decided_and_taken_back(office: Office) -> None:
    model, settings = office.model(), office.settings
    asked = hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=settings)
    assert asked.outcome is hilt.Outcome.REVIEW
    (use,) = asked.uses
    assert [(one.rule, people) for one, people in use.may_decide] == [
        ("calls-are-known", ("Otto",)),
        ("licence-has-a-text", ("Lena",)),
    ]
    case = f"#{use.standing.case}"
    answers = {"Lena": "licence-has-a-text", "Otto": "calls-are-known"}
    for name, rule in answers.items():
        done = hilt.admit(case, why="fine", answers={rule: "read"}, key=office.key(name), settings=settings)
    assert done.outcome is hilt.Outcome.ADMIT
    assert hilt.status(model, use=USE, settings=settings).outcome is hilt.Outcome.ADMIT
    assert repr(hilt.status(model, settings=settings)) == f"<Status '{model}': admit for '{USE}'>"
    gone = hilt.withdraw(model, why="it is bad", key=office.key("Eve"), settings=settings)
    assert gone.outcome is hilt.Outcome.BLOCK
    (told,) = hilt.history(model, settings=settings)
    assert [one.event.kind for one in told.entries] == ["verdict", "request", "decision", "decision", "withdrawal"]


def test_a_status_is_neither_true_nor_false(office: Office) -> None:
    status = hilt.status(office.model(), settings=office.settings)
    assert repr(status).endswith(": nobody has asked to use it>")
    with pytest.raises(TypeError, match=r"status\.outcome"):
        bool(status)


def test_what_checks_say_is_recorded_where_the_settings_say_so(office: Office) -> None:
    model, before = office.model(), office.entries()
    hilt.check(model, settings=office.settings)
    assert office.entries() == before
    hilt.check(model, settings=office.settings, record=True)
    office.settings_file.write_text("policy: acme.yaml\nrecord: {database: record.db, checkpoint: kept}\n")
    hilt.check(model, settings=office.settings)
    hilt.check(model, settings=office.settings, record=False)
    assert office.entries() == before + 2


def test_the_verdict_of_a_moment_ago_is_taken_as_it_is(office: Office) -> None:
    model = office.model()
    hilt.check(model, settings=office.settings, record=True)
    before = office.entries()
    hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=office.settings)
    assert office.entries() == before + 1


def test_what_todays_policy_judges_otherwise_is_not_told_to_be_admitted(office: Office) -> None:
    lenient = POLICY[: POLICY.index("  calls-are-known")]
    office.policy(lenient)
    model = office.model()
    hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=office.settings)
    assert hilt.status(model, use=USE, settings=office.settings).outcome is hilt.Outcome.ADMIT
    before = office.entries()
    for policy, outcome in ((POLICY, hilt.Outcome.REVIEW), (lenient.replace("HIGH", "LOW"), hilt.Outcome.BLOCK)):
        office.policy(policy)
        (use,) = hilt.status(model, settings=office.settings).uses
        assert use.standing.outcome is outcome
        assert "hilt recheck" in use.standing.why[0]
    assert office.entries() == before
    office.policy(lenient)
    assert hilt.status(model, settings=office.settings).outcome is hilt.Outcome.ADMIT


def test_a_verdict_by_a_weaker_policy_opens_nothing(office: Office) -> None:
    model, weak = office.model(), office.folder / "weak.yaml"
    weak.write_text("policy: weak\nversion: 1\nrules:\n  always: {require: 'true', else: review}\n")
    hilt.check(model, settings=office.settings, record=True, policy=weak)
    hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=office.settings)
    assert hilt.status(model, use=USE, settings=office.settings).outcome is hilt.Outcome.REVIEW


@pytest.mark.parametrize("outcome", ["review", "block"])
def test_what_a_policy_of_somebody_elses_settings_asked_of_others_opens_nothing(office: Office, outcome: str) -> None:
    model, theirs = office.model(), office.folder / "theirs.yaml"
    people = "override: {by: engineer}\n" if outcome == "block" else "by: engineer\n"
    theirs.write_text(
        f"policy: theirs\nversion: 1\n{people}rules:\n  never: {{require: 'false', else: {outcome}, ask: All right?}}\n"
    )
    settings = replace(office.settings, policies=(str(theirs),))
    hilt.admit(model, use=USE, why="cheap", key=office.key("Otto"), settings=settings)
    done = hilt.admit(
        model,
        use=USE,
        why="fine",
        until="2099-01-01",
        answers={"never": "it is"},
        key=office.key("Eve"),
        settings=settings,
    )
    assert done.outcome is hilt.Outcome.ADMIT
    assert hilt.status(model, use=USE, settings=office.settings).outcome is not hilt.Outcome.ADMIT


def test_what_further_policies_asked_beside_those_of_the_settings_is_enough(office: Office) -> None:
    further = office.folder / "further.yaml"
    further.write_text(
        "policy: further\nversion: 1\nrules:\n  never: {require: 'false', else: review, by: legal, ask: Well?}\n"
    )
    model, settings, answers = (
        office.model(),
        office.settings,
        {"Otto": ["calls-are-known"], "Lena": ["licence-has-a-text", "never"]},
    )
    hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=settings, policy=further)
    for name, rules in answers.items():
        said = dict.fromkeys(rules, "read")
        hilt.admit(model, use=USE, why="fine", answers=said, key=office.key(name), settings=settings, policy=further)
    assert hilt.status(model, use=USE, settings=settings).outcome is hilt.Outcome.ADMIT


def test_no_use_looks_like_another_because_of_letters_that_nobody_sees(office: Office) -> None:
    with pytest.raises(UsageError, match="letters in it that nobody sees"):
        hilt.admit(office.model(), use="chat\u200bbot", why="cheap", key=office.key("Eve"), settings=office.settings)


def test_what_was_withdrawn_takes_somebody_who_asks_and_somebody_else_who_says_yes(office: Office) -> None:
    office.policy(POLICY[: POLICY.index("  calls-are-known")])
    model, settings = office.model(), office.settings
    hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=settings)
    hilt.withdraw(model, why="it is bad", key=office.key("Otto"), settings=settings)
    asked = hilt.admit(model, use=USE, why="we need it", key=office.key("Eve"), settings=settings)
    assert asked.outcome is hilt.Outcome.BLOCK
    with pytest.raises(NotAllowed, match="your own request"):
        hilt.admit(model, use=USE, why="cheap", key=office.key("Eve"), settings=settings)
    done = hilt.admit(model, use=USE, why="it is mended", key=office.key("Lena"), settings=settings)
    assert done.outcome is hilt.Outcome.ADMIT


@pytest.mark.slow
def test_whoever_records_many_uses_of_one_model_keeps_nobody_waiting_for_long(office: Office) -> None:
    model, settings = office.model(), office.settings
    hilt.check(model, settings=settings, record=True)
    told = {
        "status": lambda: hilt.status(model, settings=settings),
        "statuses": lambda: statuses(settings=settings),
        "expiring": lambda: statuses(expiring=400_000, settings=settings),
        "holdings": lambda: holdings(settings=settings),
        "open cases": lambda: open_cases(settings=settings),
        "review stats": lambda: review_stats(settings=settings),
    }
    record_uses(office, 0, 60)
    once = {name: calls(tell) for name, tell in told.items()}
    record_uses(office, 60, 120)
    twice = {name: calls(tell) for name, tell in told.items()}
    assert {name: twice[name] / once[name] for name in told if twice[name] > 2.5 * once[name]} == {}


def record_uses(office: Office, begin: int, end: int) -> None:
    """A request, a yes and a holding for each of many uses."""
    with opened(office.settings, writing=True) as record:
        (known,) = record.registry.models()
        given = newest_verdict(record.history(known.subject))
        assert given is not None
        why, said = Words.of("cheap", b"salt" * 4), list[Event]()
        for use in (f"use {number}" for number in range(begin, end)):
            said.append(UseRequested(subject=known.subject, use=use, why=why))
            said.append(replace(a_yes(given, use), why=why, until="2999-01-01"))
            said.append(HoldingBegun(subject=known.subject, use=use, place="lab", holder=why))
        record.commit(said, key=office.signing("Eve"))


def test_what_a_server_with_a_clock_ahead_writes_meanwhile_stops_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    read = ((ahead + timedelta(seconds=each)).isoformat() for each in itertools.count())
    monkeypatch.setattr(Record, "newest_at", lambda _: next(read))
    with opened(office.settings) as record:
        at = Now.of(record)
    assert at.standing((), USE).why == Now(ahead, "", ()).standing((), USE).why
