from __future__ import annotations

from hilt.core.rechecked import Change, Rechecked
from hilt.core.verdict import Outcome
from hilt.output.layout import Page
from hilt.output.recheck_json import rechecked_data
from hilt.output.text_recheck import write

HOSTILE = "mo\x1b[2Jdel\u202e"


def rechecked(
    reference: str, now: Outcome = Outcome.REVIEW, *changes: Change, lapsed: tuple[str, ...] = ()
) -> Rechecked:
    return Rechecked(
        subject="ab" * 32, reference=reference, before=Outcome.ADMIT, now=now, changes=changes, lapsed=lapsed, place=7
    )


def shown(*told: Rechecked) -> str:
    page = Page(100, colour=False)
    write(page, told)
    return str(page)


RULE = Change("rule", "licence-is-known", "passes", "review", "Nobody says under which licence.")


def test_those_of_which_the_same_changed_are_told_together_and_the_strictest_first() -> None:
    many = [rechecked(f"/models/{number}", Outcome.REVIEW, RULE, lapsed=("search",)) for number in range(5)]
    text = shown(*many, rechecked("/models/bad", Outcome.BLOCK, RULE), rechecked("/models/same", Outcome.ADMIT))
    lines = text.splitlines()
    assert lines[0] == "7 subjects judged again: 5 review, 1 admit, 1 block"
    assert lines[2] == "BLOCK /models/bad was admit"
    assert "REVIEW /models/0, /models/1, /models/2 and 2 more was admit" in lines
    assert text.count("search: has to be admitted anew") == 1
    assert text.count("licence-is-known: passes → review") == 2
    assert lines[-1].split() == ["unchanged", "1", "as", "before"]


def test_each_kind_of_change_is_told_in_words() -> None:
    changes = (
        Change("policy", "", "default", "strict"),
        Change("finding", "pickle-code a.bin: it calls", "", "critical"),
        Change("fact", "model.parameters", "4 (verified)", ""),
    )
    text = shown(rechecked("a", Outcome.REVIEW, *changes))
    assert "default → strict" in text
    assert "pickle-code a.bin: it calls: new, critical" in text
    assert "model.parameters: gone, it was 4 (verified)" in text
    assert "acme, with other rules" in shown(rechecked("a", Outcome.REVIEW, Change("policy", "", "acme", "acme")))


def test_of_many_changes_of_a_kind_some_are_told() -> None:
    facts = [Change("fact", f"fact.{number}", "1", "2") for number in range(12)]
    text = shown(rechecked("a", Outcome.REVIEW, *facts))
    assert "fact.7: 1 → 2" in text
    assert "fact.8" not in text
    assert "and 4 more (--json tells all)" in text
    assert len(rechecked_data(rechecked("a", Outcome.REVIEW, *facts))["changes"]) == 12


def test_no_control_character_of_a_subject_reaches_the_terminal() -> None:
    told = rechecked(HOSTILE, Outcome.BLOCK, Change("finding", HOSTILE, "", HOSTILE, HOSTILE), lapsed=(HOSTILE,))
    text = shown(told)
    assert "\x1b" not in text
    assert "\u202e" not in text
