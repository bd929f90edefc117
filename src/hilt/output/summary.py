"""What there is to tell of a verdict, in the order it is told: the text and the page share it.

Nothing here is quoted yet: every string is as the subject brought it, and the outputs pass it through `quote`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.finding import Severity
from hilt.core.rights import Answer
from hilt.core.roles import deciders
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.output.burdens import burdens
from hilt.output.duties import Asked, Held, checklist, laws, terms
from hilt.output.entry import Entry
from hilt.output.figures import some
from hilt.output.gains import gains
from hilt.output.groups import GapGroup, Group, group, group_gaps
from hilt.output.waivers import WaiverGroup, group_waivers


class Summary(NamedTuple):
    """`gains` and `burdens` are the two columns that are read first; all else is what they rest on.

    `reasons` are those of the verdict, with one for all that cannot be decided because something was not read. What a
    waiver takes out stands in `waivers` only.
    """

    verdict: Verdict
    gains: tuple[Entry, ...]
    burdens: tuple[Entry, ...]
    reasons: tuple[Reason, ...]
    findings: tuple[Group, ...]
    waivers: tuple[WaiverGroup, ...]
    checklist: tuple[Asked, ...]
    terms: tuple[Held, ...]
    laws: tuple[Answer, ...]
    gaps: tuple[GapGroup, ...]


def summarise(verdict: Verdict, catalogue: Catalogue) -> Summary:
    return Summary(
        verdict=verdict,
        gains=gains(verdict, catalogue),
        burdens=burdens(verdict, catalogue),
        reasons=_reasons(verdict),
        findings=group(verdict.counted, catalogue),
        waivers=group_waivers(verdict),
        checklist=checklist(verdict, catalogue),
        terms=terms(verdict, catalogue),
        laws=laws(verdict),
        gaps=group_gaps(verdict.report.coverage.gaps),
    )


def _reasons(verdict: Verdict) -> tuple[Reason, ...]:
    """One unread file leaves open whatever is to be true of all: that is one thing to say, not one for each rule."""
    unread = dict.fromkeys(gap.path for gap in verdict.report.coverage.gaps if gap.what == "read")
    told: dict[object, list[Reason]] = {}
    for place, reason in enumerate(verdict.reasons):
        open_only = reason.unknown and reason.why and all(line.endswith(_OPEN) for line in reason.why)
        alike = (reason.outcome, reason.policy, reason.by, reason.approvals)
        told.setdefault(alike if unread and open_only else place, []).append(reason)
    return tuple(like[0] if len(like) == 1 else _as_one(like, list(unread)) for like in told.values())


_OPEN = " is unknown"


def _as_one(reasons: Sequence[Reason], unread: Sequence[str]) -> Reason:
    facts = dict.fromkeys(line.removesuffix(_OPEN) for reason in reasons for line in reason.why)
    why = f"not known while it was not read: {some(unread, 3)} ({some(list(facts), 6)})"
    return Reason(
        rule=", ".join(reason.rule for reason in reasons),
        policy=reasons[0].policy,
        outcome=reasons[0].outcome,
        why=(why,),
        unknown=True,
        maps_to=tuple(dict.fromkeys(name for reason in reasons for name in reason.maps_to)),
        by=reasons[0].by,
        approvals=reasons[0].approvals,
    )


def who_decides(reason: Reason) -> str:
    """Who may say yes all the same."""
    who = deciders(reason.by, reason.approvals)
    return f"an exception is made by {who}" if reason.outcome is Outcome.BLOCK else f"decided by {who}"


def severity_counts(verdict: Verdict) -> str:
    """`1 critical, 3 low, 2 waived`, worst first; empty where there are none."""
    severities = [finding.severity for finding in verdict.counted]
    present = [severity for severity in sorted(Severity, reverse=True) if severity in severities]
    counts = [f"{severities.count(severity)} {severity.word}" for severity in present]
    return ", ".join([*counts, *([f"{len(verdict.waived)} waived"] if verdict.waived else [])])
