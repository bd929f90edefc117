from __future__ import annotations

import pytest

from hilt.core.catalogue import Catalogue
from hilt.core.finding import Finding, Severity
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.output.commands import parts
from hilt.output.text import render


@pytest.mark.parametrize(
    ("fix", "told"),
    [
        ("Ask for safetensors.", [("Ask for safetensors.", False)]),
        ("Never load it with `safe_mode=False`.", [("Never load it with `safe_mode=False`.", False)]),
        ("Try: `python -c 'x'` Or ask.", [("Try:", False), ("python -c 'x'", True), ("Or ask.", False)]),
        ("Try: `a b`", [("Try:", False), ("a b", True)]),
        ("", []),
    ],
)
def test_commands_stand_apart_and_single_words_do_not(fix: str, told: list[tuple[str, bool]]) -> None:
    assert list(parts(fix)) == told


def test_a_command_stays_on_one_line_on_a_narrow_terminal() -> None:
    command = f"python -c 'print({'1, ' * 60}2)'"
    finding = Finding(check="x", severity=Severity.HIGH, message="bad", fix=f"Do this: `{command}`")
    report = Report(subject=Subject(reference="m"), findings=(finding,))
    verdict = Verdict(outcome=Outcome.BLOCK, report=report, policy="p", policy_digest="")
    assert command in [line.strip() for line in render([verdict], Catalogue(), width=60).splitlines()]
