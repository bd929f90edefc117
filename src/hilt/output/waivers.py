"""What there is to tell of waivers: what each took out, how long it still does, and what some name in vain."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hilt.core.finding import Finding
from hilt.core.verdict import Verdict
from hilt.core.waiver import Idle, Waiver

SOON = 30
"""Days before its end from which on the days that are left are told."""

IDLE = {
    Idle.EXPIRED: "this waiver has ended, so the finding counts",
    Idle.NOT_HASHED: "waivers need digests, and this was read without them (--no-hash), so the finding counts",
    Idle.NEEDS_SUBJECT: "this finding rests on other files as well: the waiver needs the digest of the subject",
}


class WaiverGroup(NamedTuple):
    """One waiver and the findings that it names; `idle` says why it does nothing, and is empty where it counts."""

    waiver: Waiver
    findings: tuple[Finding, ...]
    until: str
    idle: str = ""


def group_waivers(verdict: Verdict) -> tuple[WaiverGroup, ...]:
    """Those that count first, each with all it took out, in the order of the report."""
    today = _day(verdict.judged_at)
    counting = [(one.waiver, None, one.finding) for one in verdict.waived]
    idle = [(one.waiver, one.why, one.finding) for one in verdict.unwaived]
    groups: dict[tuple[Waiver, Idle | None], list[Finding]] = {}
    for waiver, why, finding in [*counting, *idle]:
        groups.setdefault((waiver, why), []).append(finding)
    return tuple(
        WaiverGroup(waiver=waiver, findings=tuple(findings), until=_until(waiver, today), idle=IDLE[why] if why else "")
        for (waiver, why), findings in groups.items()
    )


def _day(judged_at: str) -> date | None:
    try:
        return date.fromisoformat(judged_at[:10])
    except ValueError:
        return None


def _until(waiver: Waiver, today: date | None) -> str:
    """`until 2027-01-31 (12 days left)`."""
    if today is None:
        return f"until {waiver.expires}"
    left = (waiver.expires - today).days
    if left < 0:
        return f"ended on {waiver.expires}"
    if left >= SOON:
        return f"until {waiver.expires}"
    return f"until {waiver.expires} ({_days(left)} left)" if left else f"until {waiver.expires}, which is today"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
