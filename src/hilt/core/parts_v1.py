"""What checks see, and the subject they see it in, as JSON: version 1 of these parts of `report_v1`.

A reading process is told and answers in them, and knows nothing of reports and verdicts.
"""

from __future__ import annotations

from typing import Any

from hilt.core.errors import ReportInvalid
from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.report import Gap, Ran, State
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.core.wire import Object, decode_value, encode_text, encode_value

_SEVERITIES = {severity.word: severity for severity in Severity}
_CONFIDENCES = {confidence.word: confidence for confidence in Confidence}
KNOWN = {known.word: known for known in Known}
_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in EntryKind}


def encode_finding(finding: Finding) -> dict[str, Any]:
    return kept(
        check=encode_text(finding.check),
        severity=finding.severity.word,
        confidence=finding.confidence.word,
        where=encode_where(finding.where),
        message=encode_text(finding.message),
        why=encode_text(finding.why) or None,
        fix=encode_text(finding.fix) or None,
        whole=finding.whole or None,
    )


def decode_finding(value: Any, where: str = "finding") -> Finding:
    it = Object(value, where)
    finding = Finding(
        check=it.text("check"),
        severity=it.word("severity", _SEVERITIES),
        confidence=it.word("confidence", _CONFIDENCES),
        where=decode_where(it.take("where"), it.at("where")),
        message=it.text("message"),
        why=it.text("why", ""),
        fix=it.text("fix", ""),
        whole=it.has("whole") and it.flag("whole"),
    )
    it.done()
    return finding


def encode_where(where: Where) -> dict[str, Any]:
    return kept(
        path=encode_text(where.path),
        offset=None if where.offset is None else encode_value(where.offset),
        line=None if where.line is None else encode_value(where.line),
        tensor=None if where.tensor is None else encode_text(where.tensor),
    )


def decode_where(value: Any, where: str = "where") -> Where:
    it = Object(value, where)
    place = Where(
        path=it.text("path"),
        offset=it.count("offset") if it.has("offset") else None,
        line=it.count("line") if it.has("line") else None,
        tensor=it.text("tensor") if it.has("tensor") else None,
    )
    it.done()
    return place


def encode_fact(fact: Fact) -> dict[str, Any]:
    return {
        "key": encode_text(fact.key),
        "value": encode_value(fact.value),
        "known": fact.known.word,
        "source": encode_text(fact.source),
        **({"check": encode_text(fact.check)} if fact.check else {}),
    }


def decode_fact(value: Any, where: str = "fact") -> Fact:
    it = Object(value, where)
    key, source, known = it.text("key"), it.text("source"), it.word("known", KNOWN)
    stated, check = decode_value(it.take("value"), it.at("value")), it.text("check", "")
    it.done()
    try:
        return Fact(key=key, value=stated, known=known, source=source, check=check)
    except ValueError as error:
        raise ReportInvalid(str(error), where=where) from None


def encode_gap(gap: Gap) -> dict[str, Any]:
    return {
        "what": encode_text(gap.what),
        "path": encode_text(gap.path),
        "state": gap.state.value,
        "why": encode_text(gap.why),
    }


def decode_gap(value: Any, where: str = "gap") -> Gap:
    it = Object(value, where)
    gap = Gap(what=it.text("what"), path=it.text("path"), state=it.word("state", _STATES), why=it.text("why"))
    it.done()
    return gap


def encode_ran(ran: Ran) -> dict[str, Any]:
    return {"check": encode_text(ran.check), "files": ran.files}


def decode_ran(value: Any, where: str = "ran") -> Ran:
    it = Object(value, where)
    ran = Ran(check=it.text("check"), files=it.count("files"))
    it.done()
    return ran


def encode_entry(entry: Entry) -> dict[str, Any]:
    return kept(
        path=encode_text(entry.path),
        kind=entry.kind.value,
        size=encode_value(entry.size),
        target=encode_text(entry.target) or None,
        note=encode_text(entry.note) or None,
        sha256=encode_text(entry.sha256) or None,
        blake3=encode_text(entry.blake3) or None,
        claimed=entry.claimed or None,
    )


def decode_entry(value: Any, where: str = "entry") -> Entry:
    it = Object(value, where)
    entry = Entry(
        path=it.text("path"),
        kind=it.word("kind", _KINDS),
        size=it.count("size"),
        target=it.text("target", ""),
        note=it.text("note", ""),
        sha256=it.text("sha256", ""),
        blake3=it.text("blake3", ""),
        claimed=it.has("claimed") and it.flag("claimed"),
    )
    it.done()
    return entry


def encode_subject(subject: Subject) -> dict[str, Any]:
    return kept(
        reference=encode_text(subject.reference),
        revision=encode_text(subject.revision) or None,
        digest=subject.digest or None,
        entries=[encode_entry(entry) for entry in subject.entries],
    )


def decode_subject(value: Any, where: str = "subject") -> Subject:
    """The digest is not believed but computed again; another one than the entries give is an error."""
    it = Object(value, where)
    subject = Subject(
        reference=it.text("reference"), revision=it.text("revision", ""), entries=it.each("entries", decode_entry)
    )
    if it.text("digest", "") != subject.digest:
        raise ReportInvalid("the digest is not that of the entries", where=it.at("digest"))
    it.done()
    return subject


def kept(**fields: Any) -> dict[str, Any]:
    """The fields that hold something; a value of None is left out."""
    return {name: value for name, value in fields.items() if value is not None}
