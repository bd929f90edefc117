"""Findings and gaps that say the same are told as one, with the places where it was seen.

Nothing here is quoted yet: every string is as the subject brought it, and the outputs pass it through `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hilt.core.catalogue import About, Catalogue
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, State


class Like(NamedTuple):
    """Findings of one check that say the same, at the places where it was seen."""

    message: str
    findings: tuple[Finding, ...]


class Group(NamedTuple):
    """All findings of one check and severity."""

    about: About
    severity: Severity
    likes: tuple[Like, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for like in self.likes for finding in like.findings)


class GapGroup(NamedTuple):
    """Gaps that have the same reason; `what` are the checks, `paths` the files, both without repetition."""

    state: State
    why: str
    what: tuple[str, ...]
    paths: tuple[str, ...]


def group(findings: Iterable[Finding], catalogue: Catalogue) -> tuple[Group, ...]:
    """Worst first; within one severity in the order of the report."""
    groups: dict[tuple[Severity, str], dict[str, list[Finding]]] = {}
    for finding in findings:
        likes = groups.setdefault((finding.severity, finding.check), {})
        likes.setdefault(finding.message, []).append(finding)
    return tuple(
        Group(
            about=catalogue.check(check),
            severity=severity,
            likes=tuple(Like(message=message, findings=tuple(like)) for message, like in likes.items()),
        )
        for (severity, check), likes in sorted(groups.items(), key=lambda item: -item[0][0])
    )


def group_gaps(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    """What failed first, then what was skipped."""
    groups: dict[tuple[State, str], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.state, gap.why), []).append(gap)
    return tuple(
        GapGroup(
            state=state,
            why=why,
            what=tuple(dict.fromkeys(gap.what for gap in like)),
            paths=tuple(dict.fromkeys(gap.path for gap in like)),
        )
        for (state, why), like in sorted(groups.items(), key=lambda item: item[0][0] is not State.FAILED)
    )
