"""SARIF 2.1.0, as code scanning wants it.

Specification: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", Errata 01, and GitHub's "SARIF
support for code scanning". What follows from the latter: every result has a location with a line, though weights have
none; the level comes from the rule, so a check that says something milder than its worst gets a second rule
(`pickle-calls/low`); all subjects are one run, since a tool may upload only one run per category.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from hilt.core.catalogue import About, Catalogue
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.core.rights import DutyState
from hilt.core.verdict import Verdict
from hilt.core.version import __version__
from hilt.core.waiver import Unwaived, Waiver
from hilt.output.quote import quote
from hilt.output.sarif_location import Place, base_ids, location
from hilt.output.waivers import IDLE

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

RESULTS = 5_000
"""Code scanning shows no more, and refuses a file with more than five times as many; the worst are kept."""

GAPS = 1_000
"""Gaps told one by one."""

LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
"""Code scanning's scale of 0 to 10: critical above 9, high from 7, medium from 4."""

NO_WEAKNESS = frozenset({"rights", "openness", "regulation"})
"""Families whose findings are no weakness: code scanning does not rank them by danger."""

Seen = tuple[Verdict, Finding]


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
    seen = [(verdict, finding) for verdict in verdicts for finding in verdict.report.findings]
    seen.sort(key=lambda pair: -pair[1].severity)
    kept = seen[:RESULTS]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "hilt", "semanticVersion": __version__, "rules": list(_rules(kept, catalogue))}},
        "invocations": [_invocation(verdicts, left_out=len(seen) - len(kept))],
        "columnKind": "unicodeCodePoints",
        "results": list(_results(kept, catalogue)),
        "properties": {"verdicts": [_verdict(verdict) for verdict in verdicts]},
    }
    bases = {name: base for verdict in verdicts for name, base in base_ids(verdict.report.subject).items()}
    if bases:
        run["originalUriBaseIds"] = bases
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _invocation(verdicts: Sequence[Verdict], *, left_out: int) -> dict[str, Any]:
    gaps = [(verdict, gap) for verdict in verdicts for gap in verdict.report.coverage.gaps]
    notifications = [_gap(verdict, gap) for verdict, gap in gaps[:GAPS]]
    if len(gaps) > GAPS:
        text = f"{len(gaps) - GAPS} gaps more were left out; the JSON output has them all."
        notifications.append({"level": "error", "message": {"text": text}})
    if left_out:
        text = f"{left_out} findings more than code scanning shows were left out, the mildest first."
        notifications.append({"level": "warning", "message": {"text": text}})
    idle = [(verdict, one) for verdict in verdicts for one in verdict.unwaived]
    notifications += [_unwaived(verdict, one) for verdict, one in idle[:GAPS]]
    return {
        "executionSuccessful": all(gap.state is not State.FAILED for _, gap in gaps),
        "toolExecutionNotifications": notifications,
    }


def _rule_id(finding: Finding, catalogue: Catalogue) -> str:
    check = quote(finding.check)
    worst = catalogue.check(finding.check).severity
    return check if finding.severity is worst else f"{check}/{finding.severity.word}"


def _rules(seen: Sequence[Seen], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """One for every id that a result bears, in the order of their first results."""
    firsts = {_rule_id(finding, catalogue): finding for _, finding in reversed(seen)}
    for rule_id in dict.fromkeys(_rule_id(finding, catalogue) for _, finding in seen):
        finding = firsts[rule_id]
        about = catalogue.check(finding.check)
        title = about.title or quote(finding.check)
        severity = None if about.family in NO_WEAKNESS else SECURITY_SEVERITY.get(finding.severity)
        yield {
            "id": rule_id,
            "name": "".join(word.capitalize() for word in rule_id.replace("/", "-").split("-")),
            "shortDescription": {"text": title},
            "fullDescription": {"text": about.what or title},
            "help": {"text": _help(about, ""), "markdown": _help(about, "**")},
            "defaultConfiguration": {"level": LEVEL[finding.severity]},
            "properties": {
                "tags": [
                    *(["security"] if severity else []),
                    *([about.family] if about.family else []),
                    *about.evidence_for,
                ],
                **({"security-severity": severity} if severity else {}),
            },
        }


def _help(about: About, bold: str) -> str:
    parts = (
        ("What", about.what),
        ("Why", about.why),
        ("What it cannot see", about.blind_spot),
        ("Fix", about.fix),
    )
    told = [f"{bold}{heading}:{bold} {text}" for heading, text in parts if text]
    return "\n\n".join([*told, f"hilt explain {quote(about.id)}"])


def _results(seen: Sequence[Seen], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Where one result is suppressed the others say that they are not, as the specification wants it (3.27.23)."""
    verdicts = {id(verdict): verdict for verdict, _ in seen}
    waivers = {(key, one.finding): one.waiver for key, verdict in verdicts.items() for one in verdict.waived}
    rules = dict.fromkeys(_rule_id(finding, catalogue) for _, finding in seen)
    index = {rule: number for number, rule in enumerate(rules)}
    alike: Counter[str] = Counter()
    for verdict, finding in seen:
        rule = _rule_id(finding, catalogue)
        place = location(verdict.report.subject, finding.where)
        fingerprint = _fingerprint(finding, place)
        alike[fingerprint] += 1
        yield {
            "ruleId": rule,
            "ruleIndex": index[rule],
            "level": LEVEL[finding.severity],
            "message": {"text": _message(finding, place)},
            "locations": [place.sarif],
            "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{alike[fingerprint]}"},
            **({"suppressions": _suppressions(waivers.get((id(verdict), finding)))} if waivers else {}),
            "properties": {
                "severity": finding.severity.word,
                "confidence": finding.confidence.word,
                "subject": quote(verdict.report.subject.reference),
            },
        }


def _suppressions(waiver: Waiver | None) -> list[dict[str, str]]:
    if waiver is None:
        return []
    why = f"{quote(waiver.reason, 1000)} (waived until {waiver.expires})"
    return [{"kind": "external", "status": "accepted", "justification": why}]


def _message(finding: Finding, place: Place) -> str:
    told = f"{place.said}{quote(finding.message, 1000)}"
    return f"{told}\nFix: {quote(finding.fix, 1000)}" if finding.fix else told


def _fingerprint(finding: Finding, place: Place) -> str:
    """The same for the same finding in the next version of a file; so no offset, only what was seen and in what."""
    parts = [finding.check, place.uri, place.base, place.member, finding.where.tensor or "", finding.message]
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()[:16]


def _gap(verdict: Verdict, gap: Gap) -> dict[str, Any]:
    path = quote(gap.path) or "the whole subject"
    return {
        "descriptor": {"id": quote(gap.what)},
        "level": "error" if gap.state is State.FAILED else "warning",
        "message": {"text": f"{gap.state.value}: {path}: {quote(gap.why, 1000)}"},
        "locations": [location(verdict.report.subject, Where(path=gap.path)).sarif],
    }


def _unwaived(verdict: Verdict, one: Unwaived) -> dict[str, Any]:
    path = quote(one.finding.where.path) or "the whole subject"
    return {
        "descriptor": {"id": quote(one.finding.check)},
        "level": "warning",
        "message": {"text": f"not waived: {path}: {IDLE[one.why]} (until {one.waiver.expires})"},
        "locations": [location(verdict.report.subject, one.finding.where).sarif],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    subject = verdict.report.subject
    return {
        "subject": quote(subject.reference),
        "digest": subject.digest,
        "outcome": verdict.outcome.word,
        "policy": quote(verdict.policy),
        "policyDigest": quote(verdict.policy_digest),
        "judgedAt": quote(verdict.judged_at),
        "coverageComplete": verdict.report.coverage.complete,
        "waived": len(verdict.waived),
        "termsNotMet": sum(held.holds is False for held in verdict.terms),
        "termsOpen": sum(held.holds is None for held in verdict.terms),
        "dutiesDue": sum(duty.state is DutyState.DUE for duty in verdict.duties),
        "reasons": [
            {"rule": quote(reason.rule), "outcome": reason.outcome.word, "say": quote(reason.say, 1000)}
            for reason in verdict.reasons
        ],
    }
