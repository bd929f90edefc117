"""Two people at two terminals decide the same at the same moment, each in a process of their own, on one database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hilt.core.events import DecisionMade, Recorded, Say, UseRequested
from hilt.core.verdict import Outcome
from hilt.gate.person import add, new_key
from hilt.gate.record import opened
from hilt.gate.status import Now
from office import USE, Done, Office

AT_ONCE = """
import sys
from hilt.record.record import Record
commit = Record.commit
def meet(self, *args, **kwargs):
    print("about to record", flush=True)
    sys.stdin.readline()
    return commit(self, *args, **kwargs)
Record.commit = meet
sys.argv[0] = "hilt"
from hilt.__main__ import main
main()
"""
"""The command line, which says when it is about to record something, and waits for a line before it does."""


def at_once(office: Office, *commands: tuple[object, ...]) -> list[Done]:
    """Commands in processes of their own: each has looked at all that it looks at before the first one records anything."""
    env = {**os.environ, "COLUMNS": "1000", "NO_COLOR": "1", **office.homes}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, *map(str, words), "--config", str(office.settings_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        for words in commands
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "about to record\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate(timeout=60) for one in started]
    return [Done(one.returncode, out, err) for one, (out, err) in zip(started, told, strict=True)]


def said(office: Office) -> list[Recorded]:
    """What people asked and decided of the one model that there is; the whole record is verified."""
    assert office.run("log", "verify").code == 0
    with opened(office.settings) as record:
        (model,) = record.registry.models()
        return [one for one in record.history(model.subject) if isinstance(one.event, UseRequested | DecisionMade)]


def outcome(office: Office) -> Outcome:
    with opened(office.settings) as record:
        (model,) = record.registry.models()
        return Now.of(record).standing(record.history(model.subject), USE).outcome


@pytest.fixture
def case(office: Office) -> tuple[object, ...]:
    """A case that waits for security, which Otto and Olga both are; the words that answer it."""
    new_key(office.key("Olga"), None)
    public, contact = f"{office.key('Olga')}.pub", "olga@acme.example"
    add("Olga", public, contact=contact, roles=("security",), key=office.key("Ada"), settings=office.settings)
    model = office.model(licence="Do what you like.")
    assert office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve").code == 10
    (request,) = said(office)
    return f"#{request.index}", "--why", "read", "--answer", "calls-are-known=it rebuilds layers"


def by(office: Office, name: str) -> tuple[str, Path]:
    return "--key", office.key(name)


def test_of_two_who_say_yes_one_is_told_that_the_other_was_quicker(office: Office, case: tuple[object, ...]) -> None:
    done = at_once(office, *(("admit", *case, *by(office, name)) for name in ("Otto", "Olga")))
    assert sorted(one.code for one in done) == [0, 1], done
    (late,) = [one for one in done if one.code]
    assert late.err.startswith("hilt: somebody was quicker: ")
    assert "nothing was recorded" in late.err
    assert len(said(office)) == 2
    assert outcome(office) is Outcome.ADMIT


@pytest.mark.slow
def test_one_person_at_two_terminals_says_yes_once(office: Office, case: tuple[object, ...]) -> None:
    done = at_once(office, *[("admit", *case, *by(office, "Otto"))] * 2)
    assert sorted(one.code for one in done) == [0, 1], done
    assert len(said(office)) == 2


def test_a_no_stands_whichever_comes_first(office: Office, case: tuple[object, ...]) -> None:
    yes, no = at_once(
        office,
        ("admit", *case, *by(office, "Otto")),
        ("refuse", case[0], "--why", "never", *by(office, "Lena")),
    )
    assert (no.code, yes.code in (0, 1)) == (20, True), (yes, no)
    acts = [one.event.say for one in said(office) if isinstance(one.event, DecisionMade)]
    assert acts == ([Say.YES, Say.NO] if yes.code == 0 else [Say.NO])
    assert outcome(office) is Outcome.BLOCK


@pytest.mark.slow
def test_of_two_who_ask_for_one_use_one_has_the_case(office: Office) -> None:
    model = office.model(licence="Do what you like.")
    office.run("check", "--record", model)
    asking = ("admit", model, "--use", USE, "--why", "cheap")
    done = at_once(office, *((*asking, *by(office, name)) for name in ("Eve", "Lena")))
    assert sorted(one.code for one in done) == [1, 10], done
    assert len(said(office)) == 1
