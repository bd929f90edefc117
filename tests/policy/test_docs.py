"""Everything in docs/policy.md that can be run is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from policies import NOW, finding

from hilt.checks.run import SCHEMA
from hilt.core.errors import PolicyInvalid
from hilt.core.fact import Fact, FactSchema, Known
from hilt.core.finding import Severity
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.policy.checker import check
from hilt.policy.document import read_policy
from hilt.policy.evaluate import decide
from hilt.policy.evidence import evidence
from hilt.policy.kinds import ITEMS, all_fields, evidence_kind
from hilt.policy.parser import parse
from hilt.policy.testing import read_cases, run

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
MODEL = Report(
    subject=Subject(reference="m"),
    findings=(finding(Severity.HIGH, "weights/model.pkl"),),
    facts=(
        Fact(key="model.parameters", value=600_000_000, known=Known.VERIFIED, source="f"),
        Fact(key="rights.licences_claimed", value=("mit",), known=Known.CLAIMED, source="f"),
    ),
)


def blocks(kind: str) -> list[str]:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/policy.md has no block of {kind}"
    return found


@pytest.mark.parametrize("line", [line for block in blocks("cel") for line in block.splitlines()])
def test_an_example_says_what_the_page_says(line: str) -> None:
    expression, said = line.rsplit("//", 1)
    check(expression, parse(expression), evidence_kind(SCHEMA))
    value = decide(parse(expression), evidence(MODEL, {}, SCHEMA))
    assert {True: "true", False: "false", None: "unknown"}[value] == said.strip()


@pytest.mark.parametrize("block", blocks("error"))
def test_a_mistake_is_answered_as_the_page_shows(block: str) -> None:
    expression, _, message = block.partition("\n---\n")
    quoted = expression.replace("'", "''")
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(f"policy: p\nversion: 1\nrules: {{r: {{require: '{quoted}', else: block}}}}".encode(), SCHEMA)
    assert caught.value.message.removeprefix("line 3: ") == message.rstrip("\n")


def test_the_example_policy_passes_the_example_tests() -> None:
    (cases_text,) = blocks("yaml cases")
    policies = [read_policy(text.encode(), SCHEMA) for text in blocks("yaml policy")]
    cases = read_cases(cases_text.encode(), policies, SCHEMA)
    assert [result.differences for result in run(cases, policies, now=NOW, schema=SCHEMA)] == [()] * 5


def test_every_built_in_field_stands_in_the_tables() -> None:
    for kind in (evidence_kind(FactSchema([])), *ITEMS):
        for path, spec in all_fields(kind):
            assert f"| `{path}` | {spec.kind} | {spec.about} |" in PAGE
