from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from expressions import SCHEMA
from hypothesis import given
from hypothesis import strategies as st
from policies import NOW, policy, report

from hilt.checks.run import SCHEMA as DECLARED
from hilt.core.rights import Answer
from hilt.core.verdict import Outcome
from hilt.knowledge.regulation.rules import Rule, rules
from hilt.policy.checker import check
from hilt.policy.engine import judge
from hilt.policy.evaluate import every
from hilt.policy.evidence import evidence
from hilt.policy.kinds import evidence_kind
from hilt.policy.parser import parse
from hilt.policy.regulation import answers

TODAY = NOW.date()


def rule(name: str, yes: str, no: str = "false", **fields: Any) -> Rule:
    given: dict[str, Any] = {"since": date(2025, 1, 1), "until": None, "needs": (), "unless": (), **fields}
    return Rule(
        id=name, title=name, law="Act", article="1", yes=yes, no=no, whose="you", says="s", source="s", read="T", as_of=TODAY, **given
    )  # fmt: skip


def asked(*asked_rules: Rule, **facts: Any) -> dict[str, Answer]:
    scope = evidence(report(**facts), {}, SCHEMA)
    return {answer.id: answer for answer in answers(asked_rules, scope, TODAY)}


LARGE = rule("large", "a.count > 4", "a.count <= 2 || !a.flag")


@pytest.mark.parametrize(
    ("facts", "holds", "why"),
    [
        ({"a_count": 5}, True, "a.count is 5"),
        ({"a_count": 2}, False, "a.count is 2"),
        ({"a_count": 3, "a_flag": False}, False, "a.flag is false"),
        ({"a_count": 3, "a_flag": True}, None, "a.count is 3"),
        ({"a_flag": True}, None, "a.count is unknown"),
    ],
)
def test_a_rule_holds_does_not_or_cannot_be_told_and_says_by_which_facts(
    facts: dict[str, Any], holds: bool | None, why: str
) -> None:
    said = asked(LARGE, **facts)["large"]
    assert (said.holds, said.why, said.read) == (holds, why, "2026-11-21")


def test_what_only_people_can_answer_is_said_to_be_theirs() -> None:
    said = asked(rule("use", "false"))["use"]
    assert (said.holds, said.why) == (None, "only people can answer it")


@pytest.mark.parametrize(
    ("days", "holds", "why"),
    [
        ({"since": TODAY}, True, "a.count is 5"),
        ({"since": date(2026, 11, 22)}, False, "in force from 2026-11-22 on; then: yes (a.count is 5)"),
        ({"until": TODAY}, True, "a.count is 5"),
        ({"until": date(2026, 11, 20)}, False, "in force until 2026-11-20"),
    ],
)
def test_a_rule_that_is_not_in_force_does_not_hold_and_says_from_when_or_until_when(
    days: dict[str, Any], holds: bool, why: str
) -> None:
    said = asked(rule("large", "a.count > 4", **days), a_count=5)["large"]
    assert (said.holds, said.why) == (holds, why)


def test_a_rule_that_rests_on_others_says_which_of_them_decides() -> None:
    freed = rule("freed", "a.flag", "!a.flag", needs=("large",))
    duty = rule("duty", "true", needs=("large",), unless=("freed",))
    told = {key: (one.holds, one.why) for key, one in asked(LARGE, freed, duty, a_count=5, a_flag=True).items()}
    assert told["duty"] == (False, "freed: yes")
    told = {key: (one.holds, one.why) for key, one in asked(LARGE, freed, duty, a_count=5, a_flag=False).items()}
    assert told["duty"] == (True, "large: yes; freed: no")
    told = {key: (one.holds, one.why) for key, one in asked(LARGE, freed, duty, a_count=1, a_flag=True).items()}
    assert told["duty"] == (False, "large: no")
    told = {key: (one.holds, one.why) for key, one in asked(LARGE, freed, duty, a_flag=True).items()}
    assert told["duty"] == (None, "large: nobody can tell; freed: nobody can tell")


@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_resting_on_others_is_an_and_of_three_values(
    own: bool | None, needed: bool | None, hindering: bool | None
) -> None:
    def said(name: str, value: bool | None, **fields: Any) -> Rule:
        text = {True: ("true", "false"), False: ("false", "true"), None: ("a.flag", "!a.flag")}[value]
        return rule(name, *text, **fields)

    given_rules = said("n", needed), said("h", hindering), said("r", own, needs=("n",), unless=("h",))
    expected = every([own, needed, None if hindering is None else not hindering])
    assert asked(*given_rules)["r"].holds is expected


def test_policies_see_what_rules_say() -> None:
    asks = policy("free: {require: 'regulations.all(r, !r.holds || r.whose != \"you\")', else: review}")
    for count, outcome in ((5, Outcome.REVIEW), (1, Outcome.ADMIT), (3, Outcome.REVIEW)):
        verdict = judge(report(a_count=count, a_flag=True), [asks], env={}, now=NOW, schema=SCHEMA, rules=[LARGE])
        assert verdict.outcome is outcome
        assert [answer.id for answer in verdict.answers] == ["large"]
    (reason,) = judge(report(a_count=5), [asks], env={}, now=NOW, schema=SCHEMA, rules=[LARGE]).reasons
    assert reason.why == ("1 of 1 in regulations: large: Act, 1 (a.count is 5)",)


@pytest.mark.parametrize("one", rules(), ids=lambda one: one.id)
def test_every_rule_of_the_pack_asks_for_fields_that_exist(one: Rule) -> None:
    for condition in (one.yes, one.no):
        check(condition, parse(condition), evidence_kind(DECLARED))


def test_nothing_known_makes_no_rule_of_the_pack_hold() -> None:
    scope = evidence(report(), {}, DECLARED)
    assert not [answer.id for answer in answers(rules(), scope, TODAY) if answer.holds]
