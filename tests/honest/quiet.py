"""Reads a folder of honest files as `hilt check` does, and tells which of them are not quiet."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import hilt
from hilt.core.finding import Severity
from hilt.core.verdict import Outcome

QUIET = {
    "inspect.unknown_calls": 0,
    "inspect.unsafe_calls": 0,
    "inspect.code_on_load": False,
    "inspect.pickles_clean": True,
}
"""What is stated of a file of pickles of which every call is known."""


def loud(folder: Path) -> dict[str, list[str]]:
    """Every file below `folder` that brought a finding that a person must look at, a gap or a call that is not known."""
    verdict = hilt.check(folder, hashed=False)
    reasons: dict[str, list[str]] = defaultdict(list)
    for finding in verdict.report.findings:
        if finding.severity >= Severity.MEDIUM:
            reasons[_file(finding.where.path)].append(f"{finding.check}: {finding.message}")
    for gap in verdict.report.coverage.gaps:
        reasons[_file(gap.path)].append(f"not looked at: {gap.why}")
    # Facts are of all files together: they add something only where no file is known to be loud.
    stated = {fact.key: fact.value for fact in verdict.report.facts if QUIET.get(fact.key, fact.value) != fact.value}
    if not reasons and (stated or verdict.outcome is not Outcome.ADMIT):
        reasons["."].append(f"{verdict.outcome.name}, {stated}")
    return dict(reasons)


def _file(path: str) -> str:
    """The file of the folder: the archive, for a member of one."""
    return path.partition("!/")[0]
