"""Reports and verdicts as JSON, for files, pipes and workers: version 1 of the shape.

Each type of `hilt.core` has one pair of functions, and what is empty or unknown is left out. Reading back gives what
was written, or raises `ReportInvalid` with the key path. `docs/schema/report-1.json` describes the shape to others; a
change that they could notice is a new version.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from hilt.core.catalogue import About, Catalogue
from hilt.core.errors import ReportInvalid
from hilt.core.parts_v1 import (
    decode_fact,
    decode_finding,
    decode_gap,
    decode_ran,
    decode_subject,
    encode_fact,
    encode_finding,
    encode_gap,
    encode_ran,
    encode_subject,
    kept,
)
from hilt.core.report import Coverage, Report, Transfer
from hilt.core.rights_v1 import (
    decode_answer,
    decode_duty,
    decode_held,
    decode_obligation,
    decode_term,
    encode_answer,
    encode_duty,
    encode_held,
    encode_obligation,
    encode_term,
)
from hilt.core.running import Running
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Idle, Unwaived, Waived, Waiver
from hilt.core.wire import Object, decode_item, encode_text, encode_value

SCHEMA = "hilt.report/1"

_OUTCOMES = {outcome.word: outcome for outcome in Outcome}
_IDLE = {idle.value: idle for idle in Idle}


def dump_report(report: Report) -> str:
    """One report as a document."""
    return json.dumps({"schema": SCHEMA, "report": encode_report(report)})


def load_report(text: str) -> Report:
    document = _document(text)
    report = decode_report(document.take("report"), "report")
    document.done()
    return report


def dump_verdicts(verdicts: Sequence[Verdict], catalogue: Catalogue | None = None, *, indent: int | None = None) -> str:
    """Verdicts, each with its report, as a document.

    With a catalogue the checks that found something are explained in it; that part is for readers and not read back.
    """
    document: dict[str, Any] = {"schema": SCHEMA, "verdicts": [encode_verdict(verdict) for verdict in verdicts]}
    if catalogue is not None:
        named = {finding.check for verdict in verdicts for finding in verdict.report.findings}
        document["checks"] = {encode_text(name): encode_about(catalogue.check(name)) for name in sorted(named)}
    return json.dumps(document, indent=indent)


def load_verdicts(text: str) -> tuple[Verdict, ...]:
    document = _document(text)
    verdicts = _verdicts(document)
    document.done()
    return verdicts


def load_reports(text: str) -> tuple[Report, ...]:
    """The reports of a document of either kind."""
    document = _document(text)
    if document.has("report"):
        reports = [decode_report(document.take("report"), "report")]
    else:
        reports = [verdict.report for verdict in _verdicts(document)]
    document.done()
    return tuple(reports)


def _verdicts(document: Object) -> tuple[Verdict, ...]:
    verdicts = document.each("verdicts", decode_verdict)
    if document.has("checks"):
        document.take("checks")
    return verdicts


def _document(text: str) -> Object:
    try:
        document = Object(json.loads(text), "")
    except (ValueError, RecursionError) as error:
        raise ReportInvalid(f"this is not JSON: {error}") from None
    document.word("schema", {SCHEMA: SCHEMA})
    return document


def encode_about(about: About) -> dict[str, Any]:
    return kept(
        family=about.family or None,
        severity=about.severity.word,
        title=about.title or None,
        what=about.what or None,
        why=about.why or None,
        blind_spot=about.blind_spot or None,
        fix=about.fix or None,
    )


def encode_report(report: Report) -> dict[str, Any]:
    return {
        "subject": encode_subject(report.subject),
        "findings": [encode_finding(finding) for finding in report.findings],
        "facts": [encode_fact(fact) for fact in report.facts],
        **({"statements": [encode_fact(fact) for fact in report.statements]} if report.statements else {}),
        "coverage": {
            "complete": report.coverage.complete,
            "ran": [encode_ran(ran) for ran in report.coverage.ran],
            "gaps": [encode_gap(gap) for gap in report.coverage.gaps],
        },
        "formats": {encode_text(path): encode_text(format_id) for path, format_id in report.formats.items()},
        "versions": {encode_text(name): encode_text(version) for name, version in report.versions.items()},
        **({"transfer": encode_transfer(report.transfer)} if report.transfer else {}),
        **({"terms": [encode_term(term) for term in report.terms]} if report.terms else {}),
        **({"obligations": [encode_obligation(one) for one in report.obligations]} if report.obligations else {}),
    }


def decode_report(value: Any, where: str = "report") -> Report:
    it = Object(value, where)
    report = Report(
        subject=decode_subject(it.take("subject"), it.at("subject")),
        findings=it.each("findings", decode_finding),
        facts=it.each("facts", decode_fact),
        statements=it.each("statements", decode_fact) if it.has("statements") else (),
        coverage=decode_coverage(it.take("coverage"), it.at("coverage")),
        formats=it.texts("formats"),
        versions=it.texts("versions"),
        transfer=decode_transfer(it.take("transfer"), it.at("transfer")) if it.has("transfer") else None,
        terms=it.each("terms", decode_term) if it.has("terms") else (),
        obligations=it.each("obligations", decode_obligation) if it.has("obligations") else (),
    )
    it.done()
    return report


def encode_transfer(transfer: Transfer) -> dict[str, Any]:
    return {"bytes": encode_value(transfer.bytes), "requests": encode_value(transfer.requests)}


def decode_transfer(value: Any, where: str = "transfer") -> Transfer:
    it = Object(value, where)
    transfer = Transfer(bytes=it.count("bytes"), requests=it.count("requests"))
    it.done()
    return transfer


def decode_coverage(value: Any, where: str = "coverage") -> Coverage:
    it = Object(value, where)
    coverage = Coverage(ran=it.each("ran", decode_ran), gaps=it.each("gaps", decode_gap))
    if it.flag("complete") != coverage.complete:
        raise ReportInvalid("complete is true exactly when there are no gaps", where=it.at("complete"))
    it.done()
    return coverage


def encode_reason(reason: Reason) -> dict[str, Any]:
    return kept(
        rule=encode_text(reason.rule),
        policy=encode_text(reason.policy),
        outcome=reason.outcome.word,
        unknown=reason.unknown,
        say=encode_text(reason.say) or None,
        why=[encode_text(line) for line in reason.why] or None,
        change=encode_text(reason.change) or None,
        maps_to=[encode_text(name) for name in reason.maps_to] or None,
        by=[encode_text(role) for role in reason.by] or None,
        approvals=reason.approvals if reason.approvals != 1 else None,
        ask=encode_text(reason.ask) or None,
    )


def decode_reason(value: Any, where: str = "reason") -> Reason:
    it = Object(value, where)
    reason = Reason(
        rule=it.text("rule"),
        policy=it.text("policy"),
        outcome=it.word("outcome", _OUTCOMES),
        unknown=it.flag("unknown"),
        say=it.text("say", ""),
        why=it.each("why", decode_item) if it.has("why") else (),
        change=it.text("change", ""),
        maps_to=it.each("maps_to", decode_item) if it.has("maps_to") else (),
        by=it.each("by", decode_item) if it.has("by") else (),
        approvals=it.count("approvals") if it.has("approvals") else 1,
        ask=it.text("ask", ""),
    )
    it.done()
    return reason


def encode_waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "check": encode_text(waiver.check),
        "path": encode_text(waiver.path),
        "digest": encode_text(waiver.digest),
        "reason": encode_text(waiver.reason),
        "expires": waiver.expires.isoformat(),
    }


def decode_waiver(value: Any, where: str = "waiver") -> Waiver:
    it = Object(value, where)
    check, path, digest, reason = (it.text(key) for key in ("check", "path", "digest", "reason"))
    expires = it.text("expires")
    it.done()
    try:
        return Waiver(check=check, path=path, digest=digest, reason=reason, expires=date.fromisoformat(expires))
    except ValueError:
        raise ReportInvalid("a day such as 2027-01-31 is needed here", where=it.at("expires")) from None


def encode_waived(waived: Waived | Unwaived) -> dict[str, Any]:
    why = waived.why.value if isinstance(waived, Unwaived) else None
    return kept(finding=encode_finding(waived.finding), waiver=encode_waiver(waived.waiver), why=why)


def decode_waived(value: Any, where: str = "waived") -> Waived:
    it = Object(value, where)
    waived = Waived(
        finding=decode_finding(it.take("finding"), it.at("finding")),
        waiver=decode_waiver(it.take("waiver"), it.at("waiver")),
    )
    it.done()
    return waived


def decode_unwaived(value: Any, where: str = "unwaived") -> Unwaived:
    it = Object(value, where)
    unwaived = Unwaived(
        finding=decode_finding(it.take("finding"), it.at("finding")),
        waiver=decode_waiver(it.take("waiver"), it.at("waiver")),
        why=it.word("why", _IDLE),
    )
    it.done()
    return unwaived


def encode_verdict(verdict: Verdict) -> dict[str, Any]:
    return kept(
        outcome=verdict.outcome.word,
        policy=encode_text(verdict.policy),
        policy_digest=encode_text(verdict.policy_digest),
        organisation=encode_text(verdict.organisation) or None,
        judged_at=encode_text(verdict.judged_at) or None,
        reasons=[encode_reason(reason) for reason in verdict.reasons],
        passed=[encode_text(rule) for rule in verdict.passed],
        waived=[encode_waived(waived) for waived in verdict.waived] or None,
        unwaived=[encode_waived(unwaived) for unwaived in verdict.unwaived] or None,
        terms=[encode_held(term) for term in verdict.terms] or None,
        duties=[encode_duty(duty) for duty in verdict.duties] or None,
        answers=[encode_answer(answer) for answer in verdict.answers] or None,
        running=_encode_running(verdict),
        report=encode_report(verdict.report),
    )


def decode_verdict(value: Any, where: str = "verdict") -> Verdict:
    it = Object(value, where)
    verdict = Verdict(
        outcome=it.word("outcome", _OUTCOMES),
        policy=it.text("policy"),
        policy_digest=it.text("policy_digest"),
        organisation=it.text("organisation", ""),
        judged_at=it.text("judged_at", ""),
        reasons=it.each("reasons", decode_reason),
        passed=it.each("passed", decode_item),
        waived=it.each("waived", decode_waived) if it.has("waived") else (),
        unwaived=it.each("unwaived", decode_unwaived) if it.has("unwaived") else (),
        terms=it.each("terms", decode_held) if it.has("terms") else (),
        duties=it.each("duties", decode_duty) if it.has("duties") else (),
        answers=it.each("answers", decode_answer) if it.has("answers") else (),
        running=_decode_running(it) if it.has("running") else None,
        report=decode_report(it.take("report"), it.at("report")),
    )
    it.done()
    return verdict


def _encode_running(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.running is None:
        return None
    from hilt.core.running_v1 import encode_running

    return encode_running(verdict.running)


def _decode_running(it: Object) -> Running:
    from hilt.core.running_v1 import decode_running

    return decode_running(it.take("running"), it.at("running"))
