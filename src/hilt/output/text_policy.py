"""What became of the cases that test a policy, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hilt.output.layout import Page

_Case = tuple[str, Sequence[str]]
"""The name of a case, and what differs from what was expected; nothing, where it passed."""


def write_cases(page: Page, cases: Sequence[_Case]) -> None:
    for name, differences in cases:
        page.line(f"{'FAIL' if differences else 'ok  '}  {name}")
        for difference in differences:
            page.line(f"      {difference}")
    page.blank()
    passed = sum(not differences for _, differences in cases)
    page.line(f"{passed} of {len(cases)} cases end as expected")


def cases_data(cases: Sequence[_Case]) -> list[dict[str, Any]]:
    return [{"case": name, "passed": not differences, "differences": list(differences)} for name, differences in cases]
