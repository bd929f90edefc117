"""What hilt looks for and what its names mean, on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from hilt.core.catalogue import About, Explanation
from hilt.output.layout import Page


def write_checks(page: Page, checks: Sequence[About]) -> None:
    """A line for each check."""
    width = max(len(one.id) for one in checks)
    for one in checks:
        page.line(f"{one.id:<{width}}  {one.severity.word:<8}  {one.title}")
    page.blank()
    page.line(f"{len(checks)} checks; `hilt explain ID` tells more about one. The severity is the worst it says.")


def checks_data(checks: Sequence[About]) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "family": one.family, "severity": one.severity.word, "title": one.title}
        | {"what": one.what, "why": one.why, "blind_spot": one.blind_spot, "fix": one.fix}
        | {"evidence_for": list(one.evidence_for)}
        for one in checks
    ]


def write_explanation(page: Page, told: Explanation) -> None:
    """Items of a list are folded; other lines, such as those of a rule, stay as they stand."""
    page.line(f"{told.name}: {told.title}")
    for heading, text in told.paragraphs:
        page.blank()
        lines = text.splitlines()
        if len(lines) == 1:
            page.line(textwrap.fill(f"{heading}: {text}", page.width))
            continue
        page.line(f"{heading}:")
        for line in lines:
            page.line(textwrap.fill(line, page.width, subsequent_indent="  ") if line.startswith("- ") else line)


def explanation_data(told: Explanation) -> dict[str, Any]:
    paragraphs = [{"heading": heading, "text": text} for heading, text in told.paragraphs]
    return {"name": told.name, "title": told.title, "paragraphs": paragraphs}
