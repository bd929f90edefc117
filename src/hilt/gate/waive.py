"""waive: the entry for the settings that waives a finding, with its digest. No file is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

from hilt.checks import CHECKS
from hilt.core.errors import UsageError
from hilt.core.finding import Finding
from hilt.core.report import Gap, Report
from hilt.core.waiver import Waiver
from hilt.core.wire import encode_text
from hilt.gate.check import verdict_on
from hilt.gate.named_day import named_day
from hilt.gate.settings import Settings
from hilt.output.quote import quote
from hilt.policy.waivers import waiver_of

TOLD = 10
"""Findings told of one waiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A waiver to be pasted into the settings, the findings that it would take out, and the gaps that it would not."""

    waiver: Waiver
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...] = ()


def waive(
    reference: str, *, check: str, path: str | None, reason: str, until: str, settings: Settings
) -> tuple[Proposal, ...]:
    """What waives all that `check` finds at `reference`, or only in the file at `path`.

    Raises `UsageError` where there is nothing to waive, or nothing that a waiver could hold on to.
    """
    expires = _day(until)
    if not reason.strip():
        raise UsageError("--reason: say who looked at it, and why it is accepted")
    report = verdict_on(reference, settings=settings).report
    found = [finding for finding in report.findings if finding.check == check]
    if path is not None:
        found = [finding for finding in found if path in (finding.where.path, encode_text(finding.where.path))]
    if not found:
        raise UsageError(_nothing(report, reference, check, path))
    proposals: dict[Waiver, list[Finding]] = {}
    for finding in sorted(found, key=lambda finding: not finding.whole):
        waiver = waiver_of(report, finding, reason=" ".join(reason.split()), expires=expires)
        if waiver is None:
            place = finding.where.path or "the whole subject"
            raise UsageError(f"{place}: a waiver holds for bytes with a digest, and there are none; mend it instead")
        # What rests on the whole subject has the digest that waives the rest of the file as well.
        same = next((one for one in proposals if one.path == waiver.path), waiver)
        proposals.setdefault(same, []).append(finding)
    return tuple(
        Proposal(waiver=waiver, findings=tuple(findings), gaps=_gaps(report, findings[0].where.path))
        for waiver, findings in proposals.items()
    )


def as_yaml(proposals: Sequence[Proposal]) -> str:
    """A settings file with these waivers; what they take out stands in remarks."""
    return "\n".join(["waivers:", *(line for proposal in proposals for line in _lines(proposal))])


def _lines(proposal: Proposal) -> Iterator[str]:
    import yaml

    for finding in proposal.findings[:TOLD]:
        yield f"  # {finding.severity.word}: {quote(finding.message)}"
    if len(proposal.findings) > TOLD:
        yield f"  # and {len(proposal.findings) - TOLD} more"
    for gap in proposal.gaps[:TOLD]:
        yield f"  # stays a gap, which no waiver takes out: {quote(gap.why)}"
    waiver, mark = proposal.waiver, "-"
    for key in ("check", "path", "digest", "reason", "expires"):
        # A path is the subject's, so nothing of it but ASCII reaches a terminal; the reason is the reader's own.
        pair = {key: getattr(waiver, key)}
        yield f"  {mark} {yaml.safe_dump(pair, allow_unicode=key == 'reason', width=1 << 30).rstrip()}"
        mark = " "


def _gaps(report: Report, path: str) -> tuple[Gap, ...]:
    return tuple(gap for gap in report.coverage.gaps if gap.path == path)


def _day(until: str) -> date:
    day = named_day("--until", until)
    if day < datetime.now(UTC).date():
        raise UsageError(f"--until {until}: this day is over, and the waiver would do nothing")
    return day


def _nothing(report: Report, reference: str, check: str, path: str | None) -> str:
    ids = [one.id for one in CHECKS]
    if check not in ids:
        near = get_close_matches(check, ids, n=1)
        return f"--check {check}: there is no such check; " + (
            f"did you mean {near[0]}?" if near else "see `hilt checks`"
        )
    places = list(dict.fromkeys(finding.where.path for finding in report.findings if finding.check == check))
    if path is not None and places:
        return f"--path {path}: {check} found nothing there, but in {', '.join(places[:TOLD])}"
    others = sorted({finding.check for finding in report.findings})
    return f"--check {check} found nothing in {reference}; " + (
        f"these did: {', '.join(others)}" if others else "nothing did"
    )
