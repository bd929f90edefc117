"""Recheck: what was admitted, held against the checks and the policy of today."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from hilt.core.errors import HiltError, UsageError
from hilt.core.rechecked import Change, Rechecked
from hilt.core.verdict import Outcome
from hilt.gate.recheck import recheck
from hilt.gate.reviewing import judging
from office import KNOWN_ROAD, POLICY, USE, Office

LENIENT = """
policy: acme
version: 1
rules:
  no-known-attack: {require: "!findings.exists(f, f.severity >= HIGH)", else: block}
"""
NEEDS_TEXT = (
    LENIENT + '  has-a-text: {require: "size(rights.licence_texts) > 0", else: review, by: legal, say: Read it.}\n'
)


@pytest.fixture
def office(office: Office) -> Office:
    office.policy(LENIENT)
    return office


def admitted(office: Office, name: str = "acme-lid", use: str = USE) -> Path:
    model = office.model(name)
    (model / "notes.md").write_text(name)
    assert office.run("admit", model, "--use", use, "--why", "cheap", by="Eve").code == 0
    return model


def one(told: Sequence[Rechecked | HiltError]) -> Rechecked:
    (found,) = told
    assert isinstance(found, Rechecked)
    return found


def test_nothing_is_recorded_where_nothing_changed(office: Office) -> None:
    model = admitted(office)
    before = office.entries()
    told = one(recheck(settings=office.settings))
    assert (told.reference, told.before, told.now) == (str(model), Outcome.ADMIT, Outcome.ADMIT)
    assert (told.changes, told.lapsed, told.unread, told.place) == ((), (), "", -1)
    assert office.entries() == before


def test_another_policy_makes_what_was_admitted_lapse_and_says_which_rule(office: Office) -> None:
    admitted(office)
    office.policy(NEEDS_TEXT)
    told = one(recheck(settings=office.settings))
    assert (told.now, told.outcome, told.lapsed) == (Outcome.REVIEW, Outcome.REVIEW, (USE,))
    assert told.changes == (
        Change("policy", "", "acme", "acme"),
        Change("rule", "has-a-text", now="review", why="Read it."),
    )
    assert told.place == office.entries() - 1
    assert office.run("status", office.folder / "acme-lid", "--use", USE).code == 10


def test_what_is_admitted_by_the_new_policy_too_has_to_be_admitted_anew(office: Office) -> None:
    """The approval was given for the old one."""
    admitted(office)
    office.policy(LENIENT.replace("version: 1", "version: 2"))
    told = one(recheck(settings=office.settings))
    assert (told.now, told.lapsed, told.outcome) == (Outcome.ADMIT, (USE,), Outcome.REVIEW)


def test_of_many_uses_each_lapses_that_somebody_still_wants(office: Office) -> None:
    model = admitted(office)
    for use in ("search", "translation", "Code completion"):
        admitted(office, use=use)
    office.run("withdraw", model, "--use", "SEARCH", "--why", "slow", by="Eve")
    office.run("refuse", model, "--use", "translation", "--why", "bad at it", by="Eve")
    office.policy(NEEDS_TEXT)
    assert one(recheck(settings=office.settings)).lapsed == (USE, "Code completion")


def test_the_old_policy_revives_what_it_had_admitted(office: Office) -> None:
    admitted(office)
    office.policy(NEEDS_TEXT)
    recheck(settings=office.settings)
    office.policy(LENIENT)
    told = one(recheck(settings=office.settings))
    assert (told.before, told.now, told.lapsed, told.revived) == (Outcome.REVIEW, Outcome.ADMIT, (), (USE,))


def test_other_bytes_are_not_taken_for_those_that_were_admitted(office: Office) -> None:
    model = admitted(office)
    office.model(weights=KNOWN_ROAD)
    told = one(recheck(settings=office.settings))
    assert (told.reference, told.unread, told.now) == (str(model), "other bytes lie there now", Outcome.ADMIT)


def test_a_model_that_is_gone_is_judged_by_its_stored_report(office: Office) -> None:
    model = admitted(office)
    shutil.rmtree(model)
    office.policy(NEEDS_TEXT)
    told = one(recheck(settings=office.settings))
    assert (told.unread, told.now) == ("it is not there any more", Outcome.REVIEW)


def test_a_model_that_cannot_be_read_any_more_is_judged_by_its_stored_report(office: Office) -> None:
    model = admitted(office)
    for file in model.iterdir():
        file.unlink()
    told = one(recheck(settings=office.settings))
    assert told.unread.startswith("it cannot be read any more: ")
    assert told.now is Outcome.ADMIT


def test_with_reports_only_nothing_is_read(office: Office) -> None:
    admitted(office)
    office.model(weights=KNOWN_ROAD)
    told = one(recheck(reports_only=True, settings=office.settings))
    assert told.unread == "only stored reports were asked for"


def test_a_use_names_those_that_were_admitted_for_it(office: Office) -> None:
    search, _ = admitted(office, "search", "search"), admitted(office, "other", "translation")
    assert one(recheck(use=" SEARCH ", settings=office.settings)).reference == str(search)
    assert len(recheck(settings=office.settings)) == 2
    assert recheck(use="nothing", settings=office.settings) == []


def test_everything_takes_what_nobody_admitted_too(office: Office) -> None:
    office.run("check", "--record", office.model(weights=KNOWN_ROAD))
    assert recheck(settings=office.settings) == []
    assert one(recheck(everything=True, settings=office.settings)).outcome is Outcome.BLOCK
    with pytest.raises(UsageError, match="leave out one of"):
        recheck(everything=True, use=USE, settings=office.settings)


def test_what_was_withdrawn_is_admitted_no_more(office: Office) -> None:
    model = admitted(office)
    office.run("withdraw", model, "--why", "recalled", by="Eve")
    assert recheck(settings=office.settings) == []


def test_approvals_lapse_with_the_policy_under_which_they_were_given(office: Office) -> None:
    office.policy(POLICY)
    model = office.model(licence="Do what you like.")
    office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve")
    done = office.run(
        "admit", model, "--use", USE, "--why", "read", "--answer", "calls-are-known=it rebuilds", by="Otto"
    )
    assert done.code == 0, done
    office.policy(POLICY.replace("version: 1", "version: 2"))
    assert one(recheck(settings=office.settings)).lapsed == (USE,)


@pytest.mark.slow
def test_many_are_judged_in_several_processes_alike(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        admitted(office, f"model-{number}")
    office.policy(NEEDS_TEXT)
    monkeypatch.setattr(judging, "_MANY", 1)
    told = recheck(reports_only=True, settings=office.settings)
    assert [(found.now, found.lapsed) for found in told if isinstance(found, Rechecked)] == [
        (Outcome.REVIEW, (USE,))
    ] * 4


def test_the_command_tells_it_and_leaves_with_the_strictest(office: Office) -> None:
    admitted(office)
    done = office.run("recheck")
    assert (done.code, done.err) == (0, "")
    assert "1 subject judged again: 1 admit" in done.out
    assert "1 as before" in done.out
    office.policy(NEEDS_TEXT)
    done = office.run("recheck")
    assert done.code == 10
    for words in ("was admit", f"{USE}: has to be admitted anew", "has-a-text: new, review", "Read it."):
        assert words in done.out
    (told,) = office.told("recheck", "--policy", "strict")
    assert (told["before"], told["reference"]) == ("review", str(office.folder / "acme-lid"))
    assert {"policy", "rule"} <= {change["what"] for change in told["changes"]}


def test_the_command_says_when_there_is_nothing_to_judge(office: Office) -> None:
    done = office.run("recheck")
    assert (done.code, done.err) == (0, "")
    assert "nobody has admitted anything yet" in done.out
