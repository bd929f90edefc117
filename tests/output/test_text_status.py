from __future__ import annotations

from dataclasses import replace

from hilt.core.standing import Standing
from hilt.core.status import Held, History, UseStatus
from hilt.output.layout import Page
from hilt.output.text_status import write, write_history, write_holdings, write_list
from told_of_records import HELD, HOSTILE, NAMES, REQUEST, RUNS, SUBJECT, VERDICT, WAITING, YES, status


def page() -> Page:
    return Page(100, colour=False)


def test_what_runs_is_told_with_its_end_and_its_conditions() -> None:
    told = page()
    write(told, status(UseStatus(standing=RUNS, acts=(REQUEST, YES)), holdings=(HELD,)))
    text = str(told)
    assert text.split()[:4] == ["ADMIT", "hf:acme/chat", "for", "support"]
    for line in ("it runs against its verdict", "2027-01-31", "only in the EU", "cluster eu-1: Team Chat"):
        assert line in text
    assert "Lena (legal) said yes to case #5" in text
    assert "judged review by policy acme on 2026-03-03 · entry 3" in text


def test_what_waits_names_whom_it_asks_and_how_they_say_yes() -> None:
    told = page()
    write(told, status(WAITING))
    text = str(told)
    assert "Lena, Otto" in text
    assert "licence: Does it allow our use?" in text
    assert "hilt admit '#5' --why TEXT --answer licence=TEXT" in text


def test_a_question_that_nobody_can_answer_is_said_loudly() -> None:
    told = page()
    write(told, status(replace(WAITING, may_decide=((WAITING.standing.waits_for[0], ()),))))
    assert "nobody here has the role legal, so it cannot be decided" in " ".join(str(told).split())


def test_other_bytes_under_the_same_name_are_told() -> None:
    told = page()
    write(told, replace(status(), verdict=None, before=("b" * 64, "2026-02-01")))
    text = " ".join(str(told).split())
    assert f"under this name others were, on 2026-02-01: sha256:{'b' * 64}" in text
    assert "nobody has judged these bytes" in text


def test_the_list_has_a_line_for_each_use_and_says_where_it_goes_on() -> None:
    told = page()
    write_list(told, [status(UseStatus(standing=RUNS), holdings=(HELD,)), status(WAITING)], after=17)
    text = str(told)
    assert "until 2027-01-31 · exception · 1 holding" in text
    assert "case #5 waits for legal" in text
    assert text.rstrip().endswith("there are more: --after 17")
    nothing = page()
    write_list(nothing, [], after=None)
    assert str(nothing).strip() == "nothing of that kind is recorded"


def test_a_history_tells_every_entry_in_its_order() -> None:
    told = page()
    write_history(told, [History(reference="hf:acme/chat", subject=SUBJECT, entries=(VERDICT, REQUEST), names=NAMES)])
    text = str(told)
    assert text.index("judged it review by policy acme") < text.index("asked to use it for support chatbot, EU")


def test_what_runs_without_being_admitted_says_why() -> None:
    told = page()
    write_holdings(told, [Held("hf:acme/chat", HELD, WAITING.standing)])
    assert "It waits for people." in str(told)


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = replace(RUNS, use=HOSTILE, why=(HOSTILE,), conditions=(HOSTILE,))
    told = page()
    write(told, status(UseStatus(standing=hostile), UseStatus(standing=_waiting(hostile)), reference=HOSTILE))
    write_list(told, [status(UseStatus(standing=hostile), reference=HOSTILE)], after=None)
    assert not {"\x1b", "\u202e"} & set(str(told))


def _waiting(one: Standing) -> Standing:
    return replace(WAITING.standing, use=one.use, why=one.why)
