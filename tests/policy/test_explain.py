from __future__ import annotations

import pytest
from expressions import SCHEMA
from policies import finding, report

from hilt.core.finding import Severity
from hilt.core.report import Gap, State
from hilt.policy.evidence import evidence
from hilt.policy.explain import MAX_TEXT, change, reasons, shown
from hilt.policy.parser import parse

REPORT = report(
    finding(Severity.HIGH, offset=14),
    finding(Severity.LOW, "other.pkl"),
    gaps=(Gap(what="read", path="big.bin", state=State.FAILED, why="timed out"),),
    a_flag=True,
    a_count=4,
    a_name="ab",
    a_tags=("x", "y"),
)
SCOPE = evidence(REPORT, {"stage": "staging"}, SCHEMA)


@pytest.mark.parametrize(
    ("expression", "why", "needed"),
    [
        ("!a.flag", "a.flag is true, rule needs false", "a.flag is false"),
        ("a.flag == false", "a.flag is true, rule needs == false", "a.flag == false"),
        ("a.count <= 3", "a.count is 4, rule needs <= 3", "a.count <= 3"),
        ("!(a.count > 3)", "a.count is 4, rule needs <= 3", "a.count <= 3"),
        ("3 >= a.count", "a.count is 4, rule needs <= 3", "3 >= a.count"),
        (
            "a.count < subject.files",
            "a.count is 4 and subject.files is 0, rule needs a.count < subject.files",
            "a.count < subject.files",
        ),
        ("a.deep.score <= 0.2", "a.deep.score is unknown", "a.deep.score is known"),
        ("a.flag && a.count < 9 && a.name == 'x'", 'a.name is "ab", rule needs == "x"', 'a.name == "x"'),
        (
            "has(subject.revision)",
            "subject.revision is unknown, rule needs it to be known",
            "subject.revision is known",
        ),
        ("!has(a.name)", "a.name is known, rule needs it to be unknown", "a.name is unknown"),
        (
            "env.stage in ['production']",
            'env.stage is "staging", rule needs one of ["production"]',
            'env.stage in ["production"]',
        ),
        (
            "!(env.stage in ['staging'])",
            'env.stage is "staging", rule needs none of ["staging"]',
            '!(env.stage in ["staging"])',
        ),
        ("'z' in a.tags", 'a.tags is ["x", "y"], rule needs "z" in it', '"z" in a.tags'),
        ("a.name.startsWith('b')", 'a.name is "ab", rule needs it to start with "b"', 'a.name.startsWith("b")'),
        ("!a.name.contains('b')", 'a.name is "ab", rule needs it not to contain "b"', '!a.name.contains("b")'),
        ("a.tags[5] == 'x'", "a.tags[5] is unknown", "a.tags[5] is known"),
        ("false", "false is false, rule needs true", "false is true"),
        (
            "!findings.exists(f, f.severity >= HIGH)",
            "1 of 2 in findings: pickle-code model.pkl@14",
            "no item of findings has f.severity >= HIGH",
        ),
        (
            "findings.all(f, f.severity >= HIGH)",
            "1 of 2 in findings: pickle-code other.pkl",
            "every item of findings has f.severity >= HIGH",
        ),
        (
            "findings.exists(f, f.severity == CRITICAL)",
            "none of 2 in findings has f.severity == CRITICAL",
            "at least one item of findings has f.severity == CRITICAL",
        ),
        (
            "!a.tags.all(t, t != 'z')",
            'all 2 in a.tags have t != "z"',
            'not every item of a.tags has t != "z"',
        ),
        (
            "coverage.skipped.exists(g, true)",
            "coverage.skipped is empty, rule needs at least one item of it with true",
            "at least one item of coverage.skipped has true",
        ),
        (
            "size(coverage.failed) == 0",
            "size(coverage.failed) is 1 (read big.bin: timed out), rule needs == 0",
            "size(coverage.failed) == 0",
        ),
        (
            "findings[0].severity < MEDIUM",
            "findings[0].severity is HIGH, rule needs < MEDIUM",
            "findings[0].severity < MEDIUM",
        ),
    ],
)
def test_the_smallest_part_is_told(expression: str, why: str, needed: str) -> None:
    node = parse(expression)
    assert reasons(node, SCOPE) == (why,)
    assert change(node, SCOPE) == needed


@pytest.mark.parametrize(
    ("expression", "why", "needed"),
    [
        (
            "a.count < 2 && !a.flag",
            ("a.count is 4, rule needs < 2", "a.flag is true, rule needs false"),
            "a.count < 2 and a.flag is false",
        ),
        (
            "a.count < 2 || !a.flag",
            ("a.count is 4, rule needs < 2", "a.flag is true, rule needs false"),
            "a.count < 2 or a.flag is false",
        ),
        (
            "(a.count < 2 && !a.flag) || a.name == 'x'",
            ("a.count is 4, rule needs < 2", "a.flag is true, rule needs false", 'a.name is "ab", rule needs == "x"'),
            '(a.count < 2 and a.flag is false) or a.name == "x"',
        ),
        (
            "a.other || a.deep.score > 1",
            ("a.other is unknown", "a.deep.score is unknown"),
            "a.other is known or a.deep.score is known",
        ),
        (
            "a.tags.all(t, t == a.tags[7])",
            ('2 of 2 in a.tags cannot be told: "x", "y"', "a.tags[7] is unknown"),
            "every item of a.tags has t == a.tags[7]",
        ),
        ("a.name in [env.use, 'z']", ("env.use is unknown",), "env.use is known"),
    ],
)
def test_every_part_that_matters_is_told(expression: str, why: tuple[str, ...], needed: str) -> None:
    node = parse(expression)
    assert reasons(node, SCOPE) == why
    assert change(node, SCOPE) == needed


def test_long_values_are_cut() -> None:
    assert shown("a" * 500) == '"' + "a" * MAX_TEXT + '"… (500 characters)'
    assert shown(tuple("abcdefg")) == '["a", "b", "c", "d", "e" and 2 more]'


def test_numbers_that_python_would_not_write_out_are_told_by_their_size() -> None:
    assert shown(10**5000) == "more than 2**16609"
    assert shown(-(2**200)) == "less than -2**200"
