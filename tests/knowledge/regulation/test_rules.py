from __future__ import annotations

from datetime import date

import pytest

from hilt.checks.run import SCHEMA
from hilt.knowledge.regulation.rules import READ, WHOSE, Rule, rules
from hilt.policy import checker
from hilt.policy.evaluate import NamedValues, decide
from hilt.policy.kinds import evidence_kind
from hilt.policy.parser import parse

BY_ID = {rule.id: rule for rule in rules()}


def holds(rule_id: str, **facts: object) -> bool | None:
    """What the conditions of this rule alone say, of facts and a profile by their dotted keys, spelled with __."""
    tree: dict[str, dict[str, object]] = {"compute": {}, "model": {}, "rights": {}, "profile": {}}
    for key, value in facts.items():
        group, name = key.split("__")
        tree[group][name] = value
    scope = {group: NamedValues(fields) for group, fields in tree.items()}  # type: ignore[arg-type]
    if decide(parse(BY_ID[rule_id].yes), scope):
        return True
    return False if decide(parse(BY_ID[rule_id].no), scope) else None


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_is_complete_and_its_conditions_are_ones_of_the_policy_language(rule: Rule) -> None:
    evidence = evidence_kind(SCHEMA)
    for condition in (rule.yes, rule.no):
        checker.check(condition, parse(condition), evidence)
    assert rule.whose in WHOSE
    assert rule.read in READ
    assert all((rule.title, rule.law, rule.article, rule.says.endswith("."), rule.source))
    assert rule.as_of >= date(2026, 11, 21)
    assert rule.until is None or rule.until > rule.since
    assert {*rule.needs, *rule.unless} <= BY_ID.keys()


def test_the_size_of_a_training_decides_only_where_the_whole_interval_lies_on_one_side() -> None:
    text = ("text",)
    assert holds("eu-general-purpose", compute__flop_low=2e23, compute__flop_high=3e23, model__generates=text) is True
    assert holds("eu-general-purpose", compute__flop_low=5e22, compute__flop_high=2e23, model__generates=text) is None
    assert holds("eu-general-purpose", compute__flop_low=1e22, compute__flop_high=5e22, model__generates=text) is False
    assert holds("eu-general-purpose", compute__flop_low=2e23, model__generates=text) is True
    assert holds("eu-general-purpose", compute__flop_high=2e22) is False
    assert holds("eu-general-purpose") is None
    assert holds("eu-systemic-risk", compute__flop_low=3e25) is True
    assert holds("eu-systemic-risk", compute__flop_low=9e24, compute__flop_high=2e25) is None


def test_a_model_of_labels_is_none_and_of_one_that_does_a_narrow_task_it_cannot_be_told() -> None:
    assert holds("eu-general-purpose", compute__flop_low=2e23, model__generates=("embedding", "label")) is False
    assert holds("eu-general-purpose", compute__flop_low=2e23, model__generates=("transcript",)) is None
    assert holds("eu-general-purpose", compute__flop_low=2e23, model__generates=("speech",)) is None


@pytest.mark.parametrize(
    ("third_low", "third_high", "spent", "expected"),
    [
        (1e23, 2e23, 3e23, True),
        (1e23, 2e23, 1.5e23, None),
        (1e23, 2e23, 5e22, False),
        (None, None, 4e22, True),  # where nothing is known, a third of 10^23 stands in
        (None, None, 3e22, False),
        (1e24, None, 4e22, False),  # less than a third of the least that it can have been
        (1e24, None, 2e24, True),
        (1e22, None, 2e22, None),
    ],
)
def test_a_modifier_is_a_provider_from_a_third_on(
    third_low: float | None, third_high: float | None, spent: float, expected: bool | None
) -> None:
    facts = {"compute__third_low": third_low, "compute__third_high": third_high}
    profile = {"profile__modifies": True, "profile__modification_flop": spent}
    assert holds("eu-modifier", **facts, **profile) is expected
    assert holds("eu-modifier", **facts, profile__modifies=False) is False
    assert holds("eu-modifier", **facts) is None


def test_the_day_of_release_decides_how_much_time_is_left() -> None:
    assert holds("eu-placed-before", model__released="2024-07-23") is True
    assert holds("eu-placed-before", model__released="2025-08-02") is False
    assert holds("eu-placed-before") is None


def test_what_a_system_is_used_for_is_never_answered_from_the_model() -> None:
    everything = {"compute__flop_low": 1e27, "model__generates": ("text", "image"), "profile__territories": ("EU",)}
    for rule in ("eu-prohibited-practices", "eu-high-risk-use", "eu-high-risk-product", "eu-disclose-interaction"):
        assert holds(rule, **everything) is None
        assert holds(rule, **everything | {"profile__territories": ("US",)}) is False
        assert BY_ID[rule].whose == "you"


def test_marking_is_asked_of_what_makes_content_in_the_union() -> None:
    assert holds("eu-mark-outputs", profile__territories=("DE", "EU"), model__generates=("image",)) is True
    assert holds("eu-mark-outputs", profile__territories=("US",), model__generates=("image",)) is False
    assert holds("eu-mark-outputs", profile__territories=("EU",), model__generates=("label",)) is False
    assert holds("eu-mark-outputs", model__generates=("image",)) is None


def test_rules_have_their_days() -> None:
    assert not BY_ID["us-new-york-frontier"].in_force(date(2026, 12, 31))
    assert BY_ID["us-new-york-frontier"].in_force(date(2027, 1, 1))
    assert BY_ID["eu-placed-before"].in_force(date(2027, 8, 1))
    assert not BY_ID["eu-placed-before"].in_force(date(2027, 8, 2))
    assert not BY_ID["eu-high-risk-use"].in_force(date(2027, 12, 1))
    assert not BY_ID["us-export-weights"].in_force(date(2025, 1, 1))


def test_the_exemption_falls_with_systemic_risk() -> None:
    assert BY_ID["eu-open-source-exemption"].unless == ("eu-systemic-risk",)
    assert BY_ID["eu-technical-documentation"].unless == ("eu-open-source-exemption",)
    assert BY_ID["eu-training-summary"].unless == ()
