"""Verdicts as the record keeps them: an event, and two documents that it names by digest.

The report and the rest of the verdict are kept apart, for the same bytes judged again give the same report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from os.path import abspath
from typing import Any

from hilt.core.errors import ReportInvalid, UsageError
from hilt.core.events import Question, VerdictGiven
from hilt.core.report_v1 import decode_verdict, dump_report, encode_verdict
from hilt.core.verdict import Outcome, Verdict
from hilt.core.wire import Object

SCHEMA = "hilt.verdict/1"
"""A verdict without its report, as a document of the record."""

ELSEWHERE = ("hf:", "https:", "http:", "sha256:")
"""How references begin that are no paths."""

_NO_EVIDENCE = ("subject", "versions", "transfer", "coverage")
"""What a report says beside what was seen; of coverage, only what was not looked at is evidence."""
_HILTS_WORDS = ("why", "fix")
"""How hilt explains a finding, not what it saw."""


def given(verdict: Verdict, *, reference: str = "", stored: bytes = b"") -> tuple[VerdictGiven, tuple[bytes, ...]]:
    """The event that says `verdict`, and its documents.

    `reference` is where the subject was found; without it, what the report says, a path made absolute. Name it where a
    stored report was judged again, and in `stored` its document. Raises `UsageError` where the verdict is bound to no bytes.
    """
    report = verdict.report
    if not report.subject.digest:
        raise UsageError(f"{report.subject.reference}: {_unbound(verdict)}")
    encoded = encode_verdict(verdict)
    whole = stored or dump_report(report).encode("ascii")
    rest = {key: value for key, value in encoded.items() if key != "report"}
    judged = _canonical({"schema": SCHEMA, "verdict": rest})
    event = VerdictGiven(
        subject=report.subject.digest,
        reference=reference or absolute(report.subject.reference),
        revision=report.subject.revision,
        outcome=verdict.outcome,
        policy=verdict.policy,
        policy_digest=verdict.policy_digest,
        evidence=sha256(_canonical(_evidence(encoded))).hexdigest(),
        report=sha256(whole).hexdigest(),
        verdict=sha256(judged).hexdigest(),
        questions=tuple(_questions(verdict)),
        claimed=report.subject.claimed,
    )
    return event, (whole, judged)


def verdict_of(event: VerdictGiven, document: Callable[[str], bytes]) -> Verdict:
    """The verdict that `event` says, from the documents. Raises `ReportInvalid` where they are not of this version."""
    try:
        judged = Object(json.loads(document(event.verdict)), "")
        report = json.loads(document(event.report))["report"]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise ReportInvalid(f"the documents of a verdict cannot be read: {error}", where=event.verdict) from None
    judged.word("schema", {SCHEMA: SCHEMA})
    return decode_verdict({**judged.take("verdict"), "report": report})


def absolute(reference: str) -> str:
    """`reference`, such that it means the same from every folder."""
    return reference if reference.startswith(ELSEWHERE) else abspath(reference)  # noqa: PTH100 (follows no link)


def _questions(verdict: Verdict) -> Iterable[Question]:
    for reason in verdict.reasons:
        if reason.outcome is not Outcome.ADMIT:
            yield Question(
                rule=reason.rule,
                policy=reason.policy,
                outcome=reason.outcome,
                by=reason.by,
                approvals=reason.approvals,
                ask=reason.ask,
            )


def _evidence(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """What the verdict rests on: the same wherever the bytes lie, whenever they are read and in whatever order.

    The bytes themselves have a digest of their own, and names that lead to none have findings.
    """
    report = verdict["report"]
    seen = {key: value for key, value in report.items() if key not in _NO_EVIDENCE}
    findings = [{key: part for key, part in one.items() if key not in _HILTS_WORDS} for one in report["findings"]]
    seen |= {
        "findings": _sorted(findings),
        "facts": _sorted(fact for fact in report["facts"] if fact["value"] is not None),
        "statements": _sorted(report.get("statements", ())),
        "gaps": _sorted(report["coverage"]["gaps"]),
        "obligations": _sorted(report.get("obligations", ())),
    }
    held = {key: _sorted(verdict.get(key, ())) for key in ("waived", "terms", "duties")}
    laws = {one["id"]: one.get("holds") for one in verdict.get("answers", ())}
    return {"seen": seen | {"terms": _sorted(report.get("terms", ()))}, **held, "laws": laws}


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=ascii)  # any order will do that is the same everywhere, and this is the quickest


def _canonical(value: Any) -> bytes:
    return _encode(value).encode("ascii")


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _unbound(verdict: Verdict) -> str:
    gaps = [f"{gap.path}: {gap.why}" for gap in verdict.report.coverage.gaps if gap.what == "hash"]
    return "a verdict is recorded of bytes with a digest, and " + (
        f"there is none of {'; '.join(gaps[:3])}" if gaps else "none was made: leave out --no-hash"
    )
