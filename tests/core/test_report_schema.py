from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from generated_reports import reports, verdicts
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Where
from hilt.core.report import Coverage, Gap, Ran, Report
from hilt.core.report_v1 import dump_report, dump_verdicts, load_verdicts
from hilt.core.rights import Answer, Duty, HeldTerm, Obligation, Term
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Reason, Verdict
from hilt.core.waiver import Unwaived, Waived, Waiver
from sample_reports import ALL, CATALOGUE

ROOT = Path(__file__).parents[2]
PUBLISHED = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/schema/report-1.json").read_text("utf-8")))


def test_the_published_schema_is_the_one_that_the_script_writes() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts/build_report_schema.py", "--check"], check=False)
    assert done.returncode == 0, "run scripts/build_report_schema.py"


def test_the_published_schema_is_a_schema() -> None:
    PUBLISHED.check_schema(PUBLISHED.schema)


def test_printed_verdicts_are_valid_and_come_back() -> None:
    text = dump_verdicts(ALL, CATALOGUE, indent=2)
    PUBLISHED.validate(json.loads(text))
    assert load_verdicts(text) == ALL


@given(verdicts)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_verdict_holds_its_document_is_valid(verdict: Verdict) -> None:
    PUBLISHED.validate(json.loads(dump_verdicts([verdict], CATALOGUE)))


@given(reports)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_report_holds_its_document_is_valid(report: Report) -> None:
    PUBLISHED.validate(json.loads(dump_report(report)))


@pytest.mark.parametrize("broken", [{}, {"schema": "hilt.report/1"}, {"schema": "hilt.report/2", "verdicts": []}])
def test_what_is_no_document_is_not_valid(broken: Any) -> None:
    assert not PUBLISHED.is_valid(broken)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("verdict", Verdict),
        ("reason", Reason),
        ("report", Report),
        ("subject", Subject),
        ("entry", Entry),
        ("finding", Finding),
        ("where", Where),
        ("fact", Fact),
        ("coverage", Coverage),
        ("ran", Ran),
        ("gap", Gap),
        ("waiver", Waiver),
        ("waived", Waived),
        ("unwaived", Unwaived),
        ("term", Term),
        ("obligation", Obligation),
        ("held", HeldTerm),
        ("duty", Duty),
        ("answer", Answer),
    ],
)
def test_no_field_is_forgotten_on_the_wire(name: str, type_: type) -> None:
    fields = set(getattr(type_, "_fields", ())) or {field.name for field in dataclasses.fields(type_)}
    computed = {"digest", "complete"} - fields
    assert set(PUBLISHED.schema["$defs"][name]["properties"]) - computed == fields
