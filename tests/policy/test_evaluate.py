from __future__ import annotations

import itertools

import pytest
from expressions import SCHEMA, VALUES, conditions, environments, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.policy.evaluate import MAX_MATCHED, decide, every, some
from hilt.policy.evidence import evidence
from hilt.policy.parser import parse

EMPTY = Report(subject=Subject(reference="x"))


def says(expression: str, **facts: object) -> bool | None:
    known = tuple(
        Fact(key=f"a.{key}", value=value, known=Known.VERIFIED, source="f")  # type: ignore[arg-type]
        for key, value in facts.items()
    )
    finding = Finding(check="pickle-code", severity=Severity.HIGH, confidence=Confidence.LOW, message="m")
    report = Report(subject=Subject(reference="x"), findings=(finding,), facts=known)
    return decide(parse(expression), evidence(report, {}, SCHEMA))


@pytest.mark.parametrize("values", list(itertools.product([True, False, None], repeat=2)))
def test_and_and_or_are_kleenes(values: tuple[bool | None, ...]) -> None:
    # With false, unknown and true as 0, 0.5 and 1, "and" is the least and "or" the greatest.
    number = {False: 0.0, None: 0.5, True: 1.0}
    assert number[every(values)] == min(number[value] for value in values)
    assert number[some(values)] == max(number[value] for value in values)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a.flag", None),
        ("!a.flag", None),
        ("a.flag && false", False),
        ("a.flag || true", True),
        ("a.count == 1", None),
        ("a.count == a.count", None),
        ("has(a.count)", False),
        ("has(a.name)", True),
        ("a.name in [a.tags[0], 'b']", None),
        ("a.name in [a.tags[0], 'abc']", True),
        ("[a.tags[0], 'x'] == ['y', 'z']", False),
        ("a.tags.exists(x, true)", None),
        ("[1, 2].exists(n, n == a.count)", None),
        ("size([]) == 0", True),
        ("a.name == 'abc' && a.name.matches('^[a-c]{3}$')", True),
        ("1 == 1.0 && 2 > 1.5", True),
        ("'b' > 'a' && 'a' <= 'a'", True),
        ("findings.exists(f, f.severity >= HIGH && f.confidence < MEDIUM)", True),
        ("findings[0].severity == HIGH", True),
        ("findings[7].severity == HIGH", None),
        ("has(subject.revision)", False),
        ("subject.digest == ''", None),
        ("size(findings.filter(f, f.check == 'x')) == 0", True),
        ("'é'.startsWith('é') && size('é') == 1", True),
    ],
)
def test_what_an_expression_says(expression: str, value: bool | None) -> None:
    assert says(expression, name="abc") is value


def test_a_fact_that_is_not_of_its_declared_type_is_unknown() -> None:
    assert says("has(a.count)", count="three") is False
    assert says("has(a.count)", count=True) is False
    assert decide(parse("has(a.deep.score)"), evidence(_with("a.deep.score", float("nan")), {}, SCHEMA)) is False
    assert decide(parse("a.deep.score == 1"), evidence(_with("a.deep.score", 1), {}, SCHEMA)) is True


def test_of_a_text_that_is_too_long_no_pattern_is_told() -> None:
    assert says("a.name.matches('b$')", name="a" * (MAX_MATCHED - 1) + "b") is True
    assert says("a.name.matches('b$')", name="a" * MAX_MATCHED + "b") is None


def test_a_fact_that_nobody_declared_is_not_seen() -> None:
    assert "b" not in evidence(_with("b.c", 1), {}, SCHEMA)


def _with(key: str, value: float) -> Report:
    return Report(subject=EMPTY.subject, facts=(Fact(key=key, value=value, known=Known.CLAIMED, source="f"),))


@settings(max_examples=200)
@given(data=st.data(), expression=conditions, report=reports(), env=environments)
def test_what_is_said_of_partial_evidence_stays_true_when_more_is_known(
    data: st.DataObject, expression: str, report: Report, env: dict[str, str]
) -> None:
    node = parse(expression)
    before = decide(node, evidence(report, env, SCHEMA))
    known = {fact.key: fact for fact in report.facts if fact.value is not None}
    facts = tuple(
        known.get(key) or Fact(key=key, value=data.draw(values), known=Known.CLAIMED, source="f")
        for key, values in VALUES.items()
    )
    more = Report(subject=report.subject, findings=report.findings, facts=facts, coverage=report.coverage)
    after = decide(node, evidence(more, {"stage": "staging", "use": "chat"} | env, SCHEMA))
    assert before is None or after is before
