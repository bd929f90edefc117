"""What one verdict says and another does not: findings, facts and gaps of other bytes or checks, terms and waivers of other settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.rechecked import Change
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.rights import Duty, DutyState, HeldTerm, Obligation, Term
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Waived, Waiver
from hilt.gate.reviewing.differences import differences

FINDING = Finding(
    check="pickle-code",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    where=Where(path="a.bin"),
    message="it calls",
)
FACT = Fact(key="model.parameters", value=4, known=Known.VERIFIED, source="a.bin")
REPORT = Report(subject=Subject(reference="a"))
VERDICT = Verdict(outcome=Outcome.ADMIT, report=REPORT, policy="acme", policy_digest="1")


def reported(report: Report) -> Verdict:
    return replace(VERDICT, report=report)


def test_the_same_verdict_differs_in_nothing() -> None:
    assert differences(VERDICT, replace(VERDICT, judged_at="later")) == ()


def test_what_was_seen_is_new_gone_or_another() -> None:
    gap = Gap(what="read", path="b.bin", state=State.FAILED, why="it breaks off")
    now = replace(REPORT, findings=(FINDING,), facts=(FACT,), coverage=Coverage(gaps=(gap,)))
    assert differences(VERDICT, reported(now)) == (
        Change("finding", "pickle-code a.bin: it calls", now="critical"),
        Change("gap", "read b.bin: it breaks off", now="failed"),
        Change("fact", "model.parameters", now="4 (verified)"),
    )
    assert [(one.before, one.now) for one in differences(reported(now), VERDICT)] == [
        ("critical", ""),
        ("failed", ""),
        ("4 (verified)", ""),
    ]
    claimed = replace(now, facts=(replace(FACT, known=Known.CLAIMED),))
    assert differences(reported(now), reported(claimed)) == (
        Change("fact", "model.parameters", "4 (verified)", "4 (claimed)"),
    )


def test_what_nobody_knows_is_no_fact() -> None:
    unknown = replace(REPORT, facts=(Fact(key="model.parameters", value=None, known=Known.UNKNOWN, source=""),))
    assert differences(VERDICT, reported(unknown)) == ()


def test_rules_terms_duties_and_waivers_are_told() -> None:
    term = Term("llama3.1", "users", "says", "", "LICENSE", Known.VERIFIED, of="acme/base")
    duty = Obligation("apache-2.0", "notice", "says", "who", "LICENSE", Known.VERIFIED)
    waiver = Waiver(check="pickle-code", path="a.bin", digest="sha256:0", reason="ours", expires=date(2027, 1, 31))
    before = replace(VERDICT, passed=("licence",), terms=(HeldTerm(term, None),))
    now = replace(
        VERDICT,
        outcome=Outcome.REVIEW,
        policy_digest="2",
        reasons=(Reason(rule="licence", policy="acme", outcome=Outcome.REVIEW, say="Read it."),),
        terms=(HeldTerm(term, holds=False, why="too many"),),
        duties=(Duty(duty, DutyState.DUE, "you pass it on"),),
        waived=(Waived(finding=FINDING, waiver=waiver),),
    )
    assert differences(before, now) == (
        Change("policy", "", "acme", "acme"),
        Change("rule", "licence", "passes", "review", "Read it."),
        Change("term", "llama3.1 users of acme/base", "cannot be told", "not met", "too many"),
        Change("duty", "apache-2.0 notice", now="due", why="you pass it on"),
        Change("waiver", "pickle-code a.bin", now="until 2027-01-31"),
    )


def test_a_rule_that_passes_makes_no_difference_by_being_there() -> None:
    assert differences(VERDICT, replace(VERDICT, passed=("licence",))) == ()


def test_of_two_policies_with_a_rule_of_one_name_the_stricter_counts() -> None:
    both = (
        Reason(rule="licence", policy="strict", outcome=Outcome.BLOCK),
        Reason(rule="licence", policy="default", outcome=Outcome.REVIEW),
    )
    assert differences(VERDICT, replace(VERDICT, reasons=both, passed=("licence",))) == (
        Change("rule", "licence", now="block"),
    )
