from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from expressions import SCHEMA, conditions, conditions_with_has, environments, reports
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from policies import NOW, finding, policy, report, verdict

from hilt.core.errors import PolicyInvalid, SettingsInvalid
from hilt.core.fact import Fact, Known
from hilt.core.finding import Severity
from hilt.core.report import Report
from hilt.core.verdict import Outcome
from hilt.policy.checker import loosening
from hilt.policy.document import Policy, Rule
from hilt.policy.engine import judge
from hilt.policy.parser import parse

FLAG = policy("flag: {require: '!a.flag', else: block, say: Ask for another one.}")


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [({"a_flag": False}, Outcome.ADMIT), ({"a_flag": True}, Outcome.BLOCK), ({}, Outcome.REVIEW)],
)
def test_a_rule_passes_fails_or_cannot_tell(facts: dict[str, Any], outcome: Outcome) -> None:
    said = verdict(report(**facts), FLAG)
    assert said.outcome is outcome
    assert said.passed == (("flag",) if outcome is Outcome.ADMIT else ())


def test_a_reason_tells_why_and_what_would_change_it() -> None:
    (reason,) = verdict(report(a_flag=True), FLAG).reasons
    assert (reason.rule, reason.policy, reason.say) == ("flag", "acme", "Ask for another one.")
    assert reason.why == ("a.flag is true, rule needs false",)
    assert reason.change == "It passes once a.flag is false."
    assert not reason.unknown
    (reason,) = verdict(report(), FLAG).reasons
    assert (reason.why, reason.unknown) == (("a.flag is unknown",), True)


def test_the_policys_own_fix_comes_first() -> None:
    fixed = policy("flag: {require: '!a.flag', else: block, fix: Save it anew.}")
    assert verdict(report(a_flag=True), fixed).reasons[0].change == "Save it anew."


def test_unknown_may_block_and_is_admitted_only_under_the_unsafe_name() -> None:
    rules = "flag: {require: a.flag, else: review}"
    assert verdict(report(), policy(rules, head="unknown: block")).outcome is Outcome.BLOCK
    assert verdict(report(), policy(rules, head="unsafe_unknown: admit")).outcome is Outcome.ADMIT
    one = policy(
        "flag: {require: a.flag, else: review, unsafe_unknown: admit}\ncount: {require: a.count > 1, else: block}"
    )
    assert [(reason.rule, reason.outcome.word) for reason in verdict(report(), one).reasons] == [
        ("count", "review"),
        ("flag", "admit"),
    ]


@pytest.mark.parametrize(
    ("env", "outcome"),
    [({"stage": "production"}, Outcome.BLOCK), ({"stage": "staging"}, Outcome.ADMIT), ({}, Outcome.REVIEW)],
)
def test_when_says_where_a_rule_applies(env: dict[str, str], outcome: Outcome) -> None:
    rule = policy("flag: {when: env.stage == 'production', require: a.flag, else: block}")
    assert verdict(report(a_flag=False), rule, **env).outcome is outcome


def test_a_rule_that_may_not_apply_says_both_what_is_unknown_and_what_it_would_miss() -> None:
    (reason,) = verdict(
        report(a_flag=False), policy("flag: {when: env.stage == 'production', require: a.flag, else: block}")
    ).reasons
    assert reason.why == ("env.stage is unknown", "a.flag is false, rule needs true")
    assert reason.change == "It does not apply once env.stage is known. It passes once a.flag is true."


@pytest.mark.parametrize(
    ("env", "outcome"),
    [
        ({"stage": "production"}, Outcome.BLOCK),
        ({"stage": "staging"}, Outcome.REVIEW),
        ({"stage": "elsewhere"}, Outcome.BLOCK),
        ({}, Outcome.BLOCK),
    ],
)
def test_an_else_by_stage_is_strictest_where_the_stage_is_not_named(env: dict[str, str], outcome: Outcome) -> None:
    rule = policy("flag: {require: a.flag, else: {staging: review, production: block}}")
    assert verdict(report(a_flag=False), rule, **env).outcome is outcome


def test_a_rule_whose_else_is_admit_only_informs() -> None:
    said = verdict(report(), policy("flag: {require: a.flag, else: admit}", head="unknown: block"))
    assert said.outcome is Outcome.ADMIT
    assert [reason.outcome for reason in said.reasons] == [Outcome.ADMIT]


def test_layers_merge_and_the_strictest_outcome_comes_first() -> None:
    lenient = policy("count: {require: a.count > 1, else: review}", name="team")
    said = verdict(report(a_flag=True, a_count=0), lenient, FLAG)
    assert said.outcome is Outcome.BLOCK
    assert [(reason.policy, reason.rule) for reason in said.reasons] == [("acme", "flag"), ("team", "count")]
    assert said.policy == "team + acme"


def test_a_policy_for_one_stage_stays_out_of_another_but_not_out_of_an_unknown_one() -> None:
    production = policy("no: {require: 'false', else: block}", head="applies_to: {stage: [production]}", name="prod")
    always = policy("yes: {require: 'true', else: block}")
    assert verdict(report(), always, production, stage="staging").outcome is Outcome.ADMIT
    assert verdict(report(), always, production, stage="production").outcome is Outcome.BLOCK
    assert verdict(report(), always, production).outcome is Outcome.BLOCK


def test_no_policy_that_applies_is_an_error_not_an_admission() -> None:
    production = policy("yes: {require: 'true', else: block}", head="applies_to: {stage: [production]}")
    with pytest.raises(PolicyInvalid, match=r"no policy applies to stage prodution \(acme: stage production\)"):
        verdict(report(), production, stage="prodution")
    with pytest.raises(PolicyInvalid, match="none was given"):
        verdict(report())


def test_a_misspelt_setting_is_named() -> None:
    with pytest.raises(SettingsInvalid, match=r"env.stag: .*did you mean stage"):
        verdict(report(), FLAG, stag="production")


def test_many_findings_are_counted_not_listed() -> None:
    rule = policy("clean: {require: '!findings.exists(f, f.severity >= HIGH)', else: block}")
    (reason,) = verdict(report(*(finding(Severity.HIGH, offset=n) for n in range(30))), rule).reasons
    assert reason.why[0].startswith("30 of 30 in findings: pickle-code model.pkl@0, ")
    assert reason.why[0].endswith("pickle-code model.pkl@4 and 25 more")


def test_the_digest_of_a_policy_that_names_nobody_is_that_of_earlier_versions() -> None:
    rules = "flag: {require: '!a.flag', else: {staging: review, production: block}, say: Ask., maps_to: [CWE-502]}"
    assert verdict(report(), policy(rules)).policy_digest == (
        "36aa4865272d4c023ee126afe0c53d2cd2597f0c42cb9ecd118e5d05f31aa2cb"
    )


def test_the_digest_covers_who_decides_wherever_it_is_said() -> None:
    def digest(keys: str, head: str = "") -> str:
        return verdict(report(), policy(f"a: {{require: a.flag, else: review{keys}}}", head=head)).policy_digest

    assert digest(", by: [legal, dpo], approvals: 2") == digest("", "by: [dpo, legal]\napprovals: 2")
    one = digest(", by: legal")
    others = (digest(""), digest(", by: dpo"), digest(", by: legal, approvals: 2"), digest(", by: legal, ask: Why?"))
    assert len({one, digest(", by: legal", "override: {by: ceo}"), *others}) == 6


def test_a_reason_names_who_decides_and_what_they_are_asked() -> None:
    asked = policy(
        "a: {require: '!a.flag', else: review, approvals: 2}\n"
        "b: {require: '!a.flag', else: review, by: legal, ask: Whose is it?}\n"
        "c: {require: '!a.flag', else: block, unknown: review}\n"
        "d: {require: '!a.flag', else: admit}",
        head="by: reviewer\noverride: {by: ceo, approvals: 3}",
    )
    said = {
        one.rule: (one.outcome, one.by, one.approvals, one.ask) for one in verdict(report(a_flag=True), asked).reasons
    }
    why = "What did you look at, and why is it acceptable here?"
    assert said["a"] == (Outcome.REVIEW, ("reviewer",), 2, why)
    assert said["b"] == (Outcome.REVIEW, ("legal",), 1, "Whose is it?")
    assert said["c"][:3] == (Outcome.BLOCK, ("ceo",), 3)
    assert "used all the same" in said["c"][3]
    assert said["d"] == (Outcome.ADMIT, (), 1, "")
    unknown = {one.rule: one for one in verdict(report(), asked).reasons}["c"]
    assert (unknown.outcome, unknown.by) == (Outcome.REVIEW, ("reviewer",))
    assert "could not decide" in unknown.ask


def test_nobody_makes_exceptions_where_the_policy_names_nobody() -> None:
    (reason,) = verdict(
        report(a_flag=True), policy("a: {require: '!a.flag', else: block}", head="by: reviewer")
    ).reasons
    assert (reason.by, reason.ask) == ((), "")


def test_the_digest_covers_what_the_policies_mean_and_nothing_else() -> None:
    def digest(rules: str, *more: Policy, **env: str) -> str:
        return verdict(report(a_flag=True, a_count=1), policy(rules), *more, **env).policy_digest

    first = digest("flag: {require: '!a.flag', else: block}")
    assert len(first) == 64
    assert first == digest("flag: {else: block, require: '!(a.flag)   // no flag'}  # a remark")
    assert first != digest("flag: {require: a.flag, else: block}")
    assert first != digest("flag: {require: '!a.flag', else: review}")
    assert first != digest("flag: {require: '!a.flag', else: block}", stage="production")
    other = policy("count: {require: a.count > 1, else: review}", name="team")
    both = digest("flag: {require: '!a.flag', else: block}", other)
    assert first != both
    assert both == verdict(report(), other, policy("flag: {require: '!a.flag', else: block}")).policy_digest


def test_the_time_is_written_in_utc_and_needs_a_zone() -> None:
    east = datetime(2026, 11, 21, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert judge(report(), [FLAG], env={}, now=east, schema=SCHEMA).judged_at == "2026-11-21T12:00:00Z"
    assert NOW.tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        judge(report(), [FLAG], env={}, now=datetime(2026, 1, 1), schema=SCHEMA)  # noqa: DTZ001


outcomes = st.sampled_from(Outcome)
strict = st.sampled_from([Outcome.REVIEW, Outcome.BLOCK])


@st.composite
def drawn_policies(draw: st.DrawFn, expressions: st.SearchStrategy[str] = conditions_with_has) -> Policy:
    require, when = parse(draw(expressions)), draw(st.none() | expressions.map(parse))
    assume(not list(loosening(require)))
    assume(when is None or not list(loosening(when, positive=False)))
    otherwise = draw(
        st.just({"": Outcome.BLOCK}) | st.dictionaries(st.sampled_from(["staging", "production"]), outcomes, min_size=1)
    )
    rule = Rule(name="rule", require=require, when=when, otherwise=otherwise, unknown=draw(strict))
    applies_to = draw(st.sampled_from([{}, {}, {"stage": ("production",)}]))
    return Policy(name="acme", version="1", rules=(rule,), applies_to=applies_to)


ALWAYS = policy("yes: {require: 'true', else: block}")


@pytest.mark.slow
@settings(max_examples=150)
@given(st.lists(drawn_policies(), max_size=2), drawn_policies(), reports(), environments)
def test_another_layer_never_loosens(layers: list[Policy], more: Policy, of: Report, env: dict[str, str]) -> None:
    fewer = verdict(of, ALWAYS, *layers, **env).outcome
    assert verdict(of, ALWAYS, *layers, more, **env).outcome >= fewer


@pytest.mark.slow
@settings(max_examples=250)
@given(st.data(), drawn_policies(), reports(), environments)
def test_losing_evidence_never_turns_review_or_block_into_admit(
    data: st.DataObject, layer: Policy, of: Report, env: dict[str, str]
) -> None:
    lost = data.draw(st.sets(st.sampled_from(sorted({fact.key for fact in of.facts} | {"none"}))))
    facts = tuple(
        Fact(key=fact.key, value=None, known=Known.UNKNOWN, source="") if fact.key in lost else fact
        for fact in of.facts
    )
    less = Report(subject=of.subject, findings=of.findings, facts=facts, coverage=of.coverage)
    if verdict(of, ALWAYS, layer, **env).outcome is not Outcome.ADMIT:
        assert verdict(less, ALWAYS, layer, **env).outcome is not Outcome.ADMIT


@settings(max_examples=150)
@given(drawn_policies(conditions), reports(), environments)
def test_whatever_does_not_pass_is_explained(layer: Policy, of: Report, env: dict[str, str]) -> None:
    for reason in verdict(of, ALWAYS, layer, **env).reasons:
        assert reason.why
        assert reason.change.endswith(".")
        assert reason.unknown is any(line.endswith(" is unknown") for line in reason.why)
