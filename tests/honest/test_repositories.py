"""Honest repositories are admitted by the policy that hilt uses when none is given; code of their own goes to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

import hilt
from hilt.core.finding import Severity
from hilt.core.verdict import Outcome, Verdict
from honest.repositories import ADMITTED, REVIEWED, Files


def verdict(files: Files, folder: Path) -> Verdict:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return hilt.check(folder, hashed=False)


@pytest.mark.parametrize("name", ADMITTED)
def test_an_honest_repository_is_admitted(name: str, tmp_path: Path) -> None:
    seen = verdict(ADMITTED[name](), tmp_path)
    told = [
        f"{finding.check}: {finding.message}" for finding in seen.report.findings if finding.severity >= Severity.MEDIUM
    ]
    assert (seen.outcome, told, seen.report.coverage.gaps) == (Outcome.ADMIT, [], ())


@pytest.mark.parametrize("name", REVIEWED)
def test_honest_code_of_a_model_is_for_a_person_and_no_attack(name: str, tmp_path: Path) -> None:
    seen = verdict(REVIEWED[name](), tmp_path)
    assert (seen.outcome, max(finding.severity for finding in seen.report.findings)) == (
        Outcome.REVIEW,
        Severity.MEDIUM,
    )
