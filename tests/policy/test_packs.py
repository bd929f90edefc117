from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from policies import NOW, finding, report, verdict

from hilt.checks.run import SCHEMA
from hilt.core.fact import Fact, Known, Value
from hilt.core.finding import Severity
from hilt.core.profile import NO_PROFILE, Profile
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.rights import Obligation, Term
from hilt.core.verdict import Outcome, Verdict
from hilt.policy import PACKS, load
from hilt.policy.engine import judge

FAILED = Gap(what="read", path="big.bin", state=State.FAILED, why="timed out")
SKIPPED = Gap(what="pickle-code", path="x.pkl", state=State.SKIPPED, why="too long")


def judged(pack: str, *severities: Severity, gap: Gap | None = None, **facts: Value) -> Verdict:
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
def test_a_fact_weighs_what_the_pack_says(facts: dict[str, Any], outcomes: list[Outcome]) -> None:
    assert [judged(pack, **facts).outcome for pack in PACKS] == outcomes


def test_an_honest_model_whose_licence_nobody_knows_is_admitted_by_default_and_reviewed_by_strict() -> None:
    assert judged("default").outcome is Outcome.ADMIT
    assert [reason.rule for reason in judged("strict").reasons] == ["licence-is-known"]


COMMERCIAL = Term(
    licence="cc-by-nc-4.0", id="commercial", says="s", needs="!profile.commercial", source="f", known=Known.CLAIMED
)
NOTICE = Obligation(
    licence="l", id="notice", says="s", who="w", source="f", known=Known.CLAIMED, when="profile.distributes"
)
SELLS = Profile(given=True, commercial=True, distributes=True)
STUDIES = Profile(given=True, commercial=False, distributes=False)


def licensed(pack: str, profile: Profile, *, licences: tuple[str, ...] = ("l",), check: str = "") -> list[str]:
    """What does not pass of the pack, for a model with one term and one obligation."""
    quiet = judged(pack).report
    stated = Fact(
        key="rights.licences", value=licences or None, known=Known.CLAIMED if licences else Known.UNKNOWN, source="f"
    )
    of = replace(
        quiet,
        facts=(*(fact for fact in quiet.facts if fact.key != stated.key), stated),
        findings=(replace(finding(Severity.LOW), check=check),) if check else (),
        terms=(COMMERCIAL,) if licences else (),
        obligations=(NOTICE,) if licences else (),
    )
    said = judge(of, [load(pack, SCHEMA)], env={}, now=NOW, schema=SCHEMA, profile=profile)
    return [f"{reason.rule} {reason.outcome.word}" for reason in said.reasons if reason.outcome is not Outcome.ADMIT]


@pytest.mark.parametrize(
    ("profile", "default", "strict", "permissive"),
    [
        (SELLS, ["licence-fits-us block"], ["licence-fits-us block", "obligations-are-met review"], ["licence-fits-us review"]),
        (STUDIES, [], [], []),
        (NO_PROFILE, ["licence-fits-us review"], ["licence-fits-us block", "obligations-are-met review"], []),
    ],
)  # fmt: skip
def test_a_licence_weighs_what_the_pack_says_for_each_organisation(
    profile: Profile, default: list[str], strict: list[str], permissive: list[str]
) -> None:
    assert [licensed(pack, profile) for pack in PACKS] == [default, strict, permissive]


def test_a_model_without_a_licence_is_a_question_once_there_is_a_profile() -> None:
    known = "licence-is-known review"
    assert [licensed(pack, NO_PROFILE, licences=()) for pack in PACKS] == [[], [known], []]
    assert [licensed(pack, STUDIES, licences=()) for pack in PACKS] == [[known], [known], []]


def test_a_base_whose_licence_nobody_knows_is_a_question_for_strict() -> None:
    inherited = "inherited-licences-are-known review"
    assert [licensed(pack, STUDIES, check="base-model-unknown") for pack in PACKS] == [[], [inherited], []]


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_speaks_to_the_engineer(pack: str) -> None:
    policy = load(pack, SCHEMA)
    assert policy.name == pack
    assert all(rule.say.endswith(".") for rule in policy.rules)


ACME = ("Acme",)


@pytest.mark.parametrize(
    ("expected", "signed", "outcomes"),
    [
        ((), False, [A, R, A]),
        (ACME, True, [A, R, A]),
        (ACME, False, [R, B, A]),
        (ACME, None, [R, B, A]),
    ],
)
def test_whom_the_settings_name_for_a_model_must_have_signed_it(
    expected: tuple[str, ...], signed: bool | None, outcomes: list[Outcome]
) -> None:
    facts: dict[str, Any] = {
        "provenance__expected": expected,
        "provenance__as_expected": signed,
        "provenance__covers_all": True,
    }
    assert [judged(pack, **facts).outcome for pack in PACKS] == outcomes


@pytest.mark.parametrize(("state", "outcome"), [("none", R), ("untrusted", R), ("broken", B), (None, R)])
def test_strict_asks_of_any_signature_that_it_holds(state: str | None, outcome: Outcome) -> None:
    assert judged("strict", provenance__signature=state).outcome is outcome
    assert judged("default", provenance__signature=state).outcome is A


def test_strict_asks_that_an_expected_signature_covers_every_file() -> None:
    facts: dict[str, Any] = {"provenance__expected": ACME, "provenance__as_expected": True}
    rules = [reason.rule for reason in judged("strict", **facts, provenance__covers_all=False).reasons]
    assert rules == ["licence-is-known", "signed-files-are-all-files"]
