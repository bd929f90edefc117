from __future__ import annotations

import pytest
from policies import finding, report, verdict

from hilt.checks.run import SCHEMA
from hilt.core.fact import Fact, Known
from hilt.core.finding import Severity
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.verdict import Outcome, Verdict
from hilt.policy import PACKS, load

FAILED = Gap(what="read", path="big.bin", state=State.FAILED, why="timed out")
SKIPPED = Gap(what="pickle-code", path="x.pkl", state=State.SKIPPED, why="too long")


def judged(pack: str, *severities: Severity, gap: Gap | None = None, **facts: bool | int | None) -> Verdict:
    """What the pack says of a model that is quiet but for this."""
    stated = {spec.key: spec.otherwise for spec in SCHEMA} | {key.replace("__", "."): v for key, v in facts.items()}
    told = tuple(
        Fact(key=key, value=value, known=Known.UNKNOWN if value is None else Known.VERIFIED, source="f")
        for key, value in stated.items()
    )
    plain = report(*(finding(severity) for severity in severities))
    coverage = Coverage(gaps=(gap,) if gap else ())
    return verdict(
        Report(subject=plain.subject, findings=plain.findings, facts=told, coverage=coverage),
        load(pack, SCHEMA),
        schema=SCHEMA,
    )


A, R, B = Outcome


@pytest.mark.parametrize(
    ("severity", "default", "strict", "permissive"),
    [
        (Severity.INFO, A, R, A),
        (Severity.LOW, A, R, A),
        (Severity.MEDIUM, R, B, A),
        (Severity.HIGH, B, B, R),
        (Severity.CRITICAL, B, B, B),
    ],
)
def test_a_finding_weighs_what_the_pack_says(
    severity: Severity, default: Outcome, strict: Outcome, permissive: Outcome
) -> None:
    assert [judged(pack, severity).outcome for pack in PACKS] == [default, strict, permissive]


@pytest.mark.parametrize(("gap", "outcomes"), [(FAILED, [R, B, R]), (SKIPPED, [R, B, A])])
def test_what_was_not_read_weighs_what_the_pack_says(gap: Gap, outcomes: list[Outcome]) -> None:
    assert [judged(pack, gap=gap).outcome for pack in PACKS] == outcomes


@pytest.mark.parametrize(
    ("facts", "outcomes"),
    [
        ({}, [A, R, A]),
        ({"inspect__code_on_load": True}, [B, B, A]),
        ({"inspect__code_on_load": None}, [R, B, A]),
        ({"inspect__remote_code": True}, [R, B, A]),
        ({"inspect__unknown_calls": 1}, [A, B, A]),
    ],
)
def test_a_fact_weighs_what_the_pack_says(facts: dict[str, bool | int | None], outcomes: list[Outcome]) -> None:
    assert [judged(pack, **facts).outcome for pack in PACKS] == outcomes


def test_an_honest_model_whose_licence_nobody_knows_is_admitted_by_default_and_reviewed_by_strict() -> None:
    assert judged("default").outcome is Outcome.ADMIT
    assert [reason.rule for reason in judged("strict").reasons] == ["licence-is-known"]


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_speaks_to_the_engineer(pack: str) -> None:
    policy = load(pack, SCHEMA)
    assert policy.name == pack
    assert all(rule.say.endswith(".") for rule in policy.rules)
