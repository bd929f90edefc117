"""`hilt review`: the queue, what a reviewer sees of one case, and when they saw it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from hilt.core.events import DecisionMade
from hilt.gate import record as gate_record
from hilt.gate.reviewing.review_case import show_case
from hilt.record.accounts import store
from hilt.record.accounts.store import note_opened
from hilt.record.accounts.tables import opened_cases
from office import OTHER_CALL, POLICY, STRICTER, USE, Office
from web_office import WebOffice

BLOCKING = POLICY.replace("f.severity >= HIGH", "f.severity >= MEDIUM")
CODE = ("--answer", "calls-are-known=It rebuilds layers, I read it")
TEXT = ("--answer", "licence-has-a-text=The publisher sent it by mail")


def asked(office: Office, name: str = "acme-lid", weights: bytes = b"", use: str = USE) -> str:
    """The number of the case in which Eve asks to use a model."""
    model = office.model(name, weights) if weights else office.model(name)
    done = office.run("admit", model, "--use", use, "--why", "tells languages apart", by="Eve")
    assert done.code in (10, 20)
    return str(office.told("status", model, "--use", use)["uses"][0]["case"])


def section(text: str, title: str) -> str:
    """What stands below a title, up to the next one, wherever lines were broken."""
    return " ".join(text.partition(f"\n{title}\n")[2].partition("\n\n")[0].split())


def test_the_queue_tells_what_waits_for_whom(office: Office) -> None:
    assert office.run("review").out == "no case waits for anybody\n"
    case = asked(office)
    done = office.run("review", "list")
    assert (done.code, done.err) == (0, "")
    assert f"review #{case} {office.folder}/acme-lid for {USE} waits" in done.text
    assert "for security, legal (Otto, Lena)" in done.text
    assert office.run("review").text.replace("seconds", "second") == done.text.replace("seconds", "second")
    for name, waits in (("Otto", True), ("Lena", True), ("Eve", False), ("Rita", False)):
        assert (f"#{case}" in office.run("review", "list", "--person", name).out) is waits


def test_what_is_decided_leaves_the_queue_and_comes_back_when_the_policy_changes(office: Office) -> None:
    case = asked(office)
    assert office.run("admit", f"#{case}", "--why", "fine", *TEXT, by="Lena").code == 10
    (one,) = office.told("review")
    assert [asked["rule"] for asked in one["status"]["uses"][0]["waits_for"]] == ["calls-are-known"]
    assert office.run("admit", f"#{case}", "--why", "fine", *CODE, by="Otto").code == 0
    assert office.told("review") == []
    office.policy(STRICTER)
    assert office.run("check", office.model(), "--record").code == 10
    (one,) = office.told("review")
    assert (one["case"], one["since"] > one["request"]["at"]) == (int(case), True)
    assert office.run("refuse", f"#{case}", "--why", "too much", by="Eve").code == 20
    assert office.told("review") == []


def test_what_blocks_weighs_more_than_what_is_older(office: Office) -> None:
    first = asked(office)
    office.policy(BLOCKING)
    second = asked(office, "acme-two", OTHER_CALL)
    listed = office.told("review")
    assert {str(one["case"]): one["weight"] for one in listed} == {first: 2, second: 5}
    assert [one["weight"] * one["waited_seconds"] for one in listed] == sorted(
        (one["weight"] * one["waited_seconds"] for one in listed), reverse=True
    )


def test_the_evidence_stands_before_what_hilt_would_say(office: Office) -> None:
    case = asked(office)
    done = office.run("review", "show", case)
    assert (done.code, done.err) == (0, "")
    titles = (
        f"#{case} May",
        "Since the last decision",
        "What speaks against it",
        "What nobody knows",
        "The evidence itself",
        "Cases that are alike",
        "What hilt would say",
        "What you would sign",
    )
    places = [done.out.index(title) for title in titles]
    assert places == sorted(places)
    against, unknown = section(done.out, titles[2]), section(done.out, titles[3])
    assert "medium pickle-unknown-call model.pkl@24: loading this file calls acme.layers.Rebuild()" in against
    assert unknown.index("licence-has-a-text: rights.licence_texts is unknown") < unknown.index("1 rule passes")
    assert "folded: have a view of your own first" in section(done.out, titles[6])
    assert "No yes" not in done.out
    told = office.run("review", "show", f"#{case}", "--recommendation")
    assert "no yes before what nobody knows is looked at" in section(told.out, titles[6])


@pytest.mark.parametrize("policy", [POLICY, BLOCKING])
def test_what_is_shown_is_what_a_yes_signs(office: Office, policy: str) -> None:
    office.policy(policy)
    case = asked(office)
    told = office.told("review", "show", case)["signs"]
    assert told["subject"] in section(office.run("review", "show", case).out, "What you would sign")
    shown = show_case(int(case), settings=office.settings).signed
    answers = [word for rule in ("no-known-attack", "calls-are-known") for word in ("--answer", f"{rule}=I read it")]
    by, answers, until = ("Rita", answers[:2], "2099-01-31") if shown.exception else ("Otto", answers[2:], "")
    done = office.run("admit", office.model(), "--use", USE.upper(), "--why", "fine", *answers, "--until", until, by=by)
    with gate_record.opened(office.settings) as record:
        signed = record.recorded(record.log.head().size - 1).event
    assert isinstance(signed, DecisionMade), done.text
    assert signed == replace(shown, why=signed.why, answers=signed.answers, until=until, opened=signed.opened)
    assert (told["case"], told["exception"], signed.exception) == (int(case), policy == BLOCKING, policy == BLOCKING)


def test_the_whole_verdict_is_one_command_away(office: Office) -> None:
    case = asked(office)
    command = section(office.run("review", "show", case).out, "The evidence itself").split()[:5]
    assert command == ["hilt", "review", "show", case, "--evidence"]
    assert "What was found" in office.run(*command[1:]).out
    (verdict,) = json.loads(office.run(*command[1:], "--json").out)["verdicts"]
    assert verdict["outcome"] == "review"


def test_it_tells_what_changed_since_somebody_decided(office: Office) -> None:
    first = asked(office)
    assert "nothing was decided about it before" in office.run("review", "show", first).text
    office.run("refuse", f"#{first}", "--why", "nobody read the code", by="Lena")
    again = asked(office)
    told = section(office.run("review", "show", again).out, "Since the last decision")
    assert "Lena (legal) said no" in told
    assert "nothing changed since" in told
    office.policy(STRICTER)
    office.run("check", office.model(), "--record")
    told = section(office.run("review", "show", again).out, "Since the last decision")
    assert "acme, with other rules" in told
    office.run("check", office.model(weights=OTHER_CALL), "--record")
    other = asked(office, weights=OTHER_CALL)
    told = section(office.run("review", "show", other).out, "Since the last decision")
    assert "about other bytes under this name: sha256:" in told
    changes = office.told("review", "show", other)["before"]["changes"]
    assert any("Rescale" in one["name"] and one["now"] == "medium" for one in changes)
    assert any("Rebuild" in one["name"] and one["before"] == "medium" for one in changes)


def test_of_an_open_case_nobody_is_told_what_others_said_of_it(office: Office) -> None:
    case = asked(office)
    office.run("admit", f"#{case}", "--why", "fine", *CODE, by="Otto")
    assert "nothing was decided about it before" in office.run("review", "show", case, by="Lena").text


def test_cases_that_are_alike_are_told_with_their_end(office: Office) -> None:
    first = asked(office)
    office.run("admit", f"#{first}", "--why", "fine", *CODE, by="Otto")
    office.run("admit", f"#{first}", "--why", "fine", *TEXT, by="Lena")
    second = asked(office, "acme-two", OTHER_CALL)
    assert "no other case asked these rules" in office.run("review", "show", first).text
    (alike,) = office.told("review", "show", second)["alike"]
    assert (alike["case"], alike["rules"]) == (int(first), ["calls-are-known", "licence-has-a-text"])
    assert (alike["decision"]["say"], alike["undone"]) == ("yes", None)
    office.run("withdraw", f"#{first}", "--why", "it was bad", by="Otto")
    told = section(office.run("review", "show", second).out, "Cases that are alike")
    assert "said yes" in told
    assert "then withdrew it" in told


def opened(office: Office, case: str) -> str:
    decision = office.told("history", f"#{case}")[0]["entries"][-1]
    assert decision["kind"] == "decision"
    return str(decision["opened"])


def test_a_decision_tells_when_its_evidence_was_opened_by_whoever_decided(office: Office) -> None:
    case = asked(office)
    assert "name your key (--key)" in office.run("review", "show", case).out
    assert "it is noted that this was shown to you" in office.run("review", "show", case, by="Otto").out
    office.run("review", "show", case, by="Otto")
    office.run("admit", f"#{case}", "--why", "fine", *TEXT, by="Lena")
    assert opened(office, case) == ""
    office.run("admit", f"#{case}", "--why", "fine", *CODE, by="Otto")
    request, *_, decision = office.told("history", f"#{case}")[0]["entries"][1:]
    assert request["at"] <= decision["opened"] <= decision["at"]


def test_new_evidence_was_not_opened_yet(office: Office) -> None:
    case = asked(office)
    office.run("review", "show", case, by="Otto")
    office.policy(STRICTER)
    both = (*CODE, "--answer", "no-code-on-load=a list")
    assert office.run("admit", f"#{case}", "--why", "fine", *both, by="Otto").code == 10
    assert opened(office, case) == ""


def test_notes_that_are_damaged_are_no_notes(office: Office) -> None:
    case = asked(office)
    office.run("review", "show", case, by="Otto")
    with gate_record.opened(office.settings) as record, record._database.writing() as connection:
        connection.execute(update(opened_cases).values(at="yesterday"))
    assert office.run("review", "show", case, by="Otto").code == 0
    office.run("admit", f"#{case}", "--why", "fine", *CODE, by="Otto")
    assert opened(office, case) == ""


def test_what_cannot_be_noted_is_not_said_to_be(office: Office) -> None:
    case = asked(office)
    with gate_record.opened(office.settings) as record, record._database.writing() as connection:
        connection.execute(text("DROP TABLE opened_cases"))
        connection.execute(text("CREATE TABLE opened_cases (person, shown, at, CHECK (at < '2000'))"))
    shown = office.run("review", "show", case, by="Otto")
    assert shown.code == 0
    assert "it is noted" not in shown.text
    assert "where a note of it can be kept" in shown.text


def test_what_one_door_showed_every_other_one_knows_until_the_person_is_erased(office: Office) -> None:
    case = asked(office)
    otto = WebOffice(office).browser("Otto")
    assert otto.get(f"/cases/{case}").status_code == 200
    office.run("admit", f"#{case}", "--why", "fine", *CODE, by="Otto")
    assert opened(office, case)
    assert office.run("erase-person", "Otto", by="Ada").code == 0
    with gate_record.opened(office.settings) as record, record._database.reading() as connection:
        assert connection.execute(select(opened_cases)).all() == []


def test_of_many_cases_that_somebody_opened_the_oldest_are_forgotten(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_OPENED", 3)
    with gate_record.opened(office.settings) as record:
        for number in range(5):
            record.accounts.change(note_opened("p-1", f"{number}", f"2026-01-01T00:00:00.{number:06}+00:00"))
        known = [number for number in range(5) if record.accounts.opened_at("p-1", f"{number}")]
    assert known == list(range(2, 5))


def test_a_refusal_tells_when_its_evidence_was_opened_too(office: Office) -> None:
    case = asked(office)
    office.run("review", "show", case, by="Lena")
    office.run("refuse", f"#{case}", "--why", "no", by="Lena")
    assert opened(office, case)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("999", "999 is no request to use a model"),
        ("0", "0 is no request to use a model"),
        ("x", "'x' is no number of an entry, such as 17 or '#17'"),
        ("-1", "No such option"),
        ("9" * 30, "is no number of an entry"),
    ],
)
def test_what_is_no_case_is_said(office: Office, case: str, words: str) -> None:
    done = office.run("review", "show", case)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_person_who_is_not_there_and_a_key_that_is_none(office: Office) -> None:
    case = asked(office)
    assert "there is no person 'Zoe'" in office.run("review", "list", "--person", "Zoe").err
    done = office.run("review", "show", case, "--key", office.folder / "nothing.key")
    assert (done.code, done.out) == (2, "")
    assert office.run("review", "show", case, HILT_KEY=str(office.folder / "nothing.key")).code in (0, 2)


def test_strings_from_outside_are_quoted(office: Office) -> None:
    evil = "\x1b[2J\u202eagreed\n  ADMIT"
    model = office.model(f"m{evil}")
    office.run("check", model, "--record")
    office.asks("Eve", f"chat{evil}", f"please{evil}")
    (one,) = office.told("review")
    for words in (("review",), ("review", "show", one["case"]), ("review", "show", one["case"], "--recommendation")):
        done = office.run(*words)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out
        assert "\n  ADMIT" not in done.out


@pytest.mark.slow
def test_the_verbs_run_as_processes_of_their_own(office: Office) -> None:
    case = asked(office)
    env = {**os.environ, **office.homes, "COLUMNS": "100", "HILT_CONFIG": str(office.settings_file)}
    for arguments in (
        ["review"],
        ["review", "show", case, "--key", str(office.key("Otto"))],
        ["exceptions", "list", "--json"],
    ):
        command = [sys.executable, "-m", "hilt", *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
