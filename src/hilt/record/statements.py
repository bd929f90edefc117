"""What is signed of an event: an in-toto statement, as canonical JSON.

Specification: in-toto attestation, Statement v1; SLSA Verification Summary Attestation v1 for verdicts, with what is our own
under `hilt`. The other kinds are `urn:hilt:<kind>:1`, and each names the fields of its event. The subject of what is about no
model is the person or the log, with the SHA-256 of that text. Free text stands in none of them, only its salted digest.

A statement says when it was made and for which log, so that it counts in no other. It is read as strictly as it is
written: there is one payload for each statement, and every other is refused.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple

from hilt.core.errors import ReportInvalid
from hilt.core.events import (
    EVENTS,
    Erased,
    Event,
    FixityRun,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    PersonStated,
    VerdictGiven,
)
from hilt.core.verdict import Outcome
from hilt.core.wire import Object, encode_text
from hilt.record.fields import FIELDS, PERSON, REFERENCE, SHA256, TEXT, TIME

TYPE = "https://in-toto.io/Statement/v1"
VERDICT = "https://slsa.dev/verification_summary/v1"
LARGEST = 1 << 20
"""Bytes of a payload."""

_LOG = "urn:hilt:log:"
_REPORT = "urn:hilt:report:1"
_OF_THE_LOG = (LogKeyAdded, FixityRun)
_OF_A_PERSON = (PersonStated, KeyAdded, KeyRevoked, Erased)


class Statement(NamedTuple):
    """`event`, said at the UTC time `at` for the log with the origin `log`."""

    event: Event
    at: str
    log: str


def predicate_type(kind: type[Event]) -> str:
    return VERDICT if kind is VerdictGiven else f"urn:hilt:{kind.kind}:1"


_KINDS = {predicate_type(kind): kind for kind in EVENTS}


def write(statement: Statement) -> bytes:
    """The payload. Raises `ReportInvalid` where the event holds what could not be read back."""
    payload = _written(statement)
    read(payload)
    return payload


def read(payload: bytes) -> Statement:
    """The statement in `payload`. Raises `ReportInvalid`, which names the key."""
    if len(payload) > LARGEST:
        raise ReportInvalid(f"a statement of {len(payload)} bytes, where {LARGEST} are allowed")
    try:
        document = Object(json.loads(payload), "")
    except (ValueError, RecursionError) as error:
        raise ReportInvalid(f"this is not JSON: {error}") from None
    document.word("_type", {TYPE: TYPE})
    kind = document.word("predicateType", _KINDS)
    about = _only(document, "subject")
    predicate = _object(document, "predicate")
    statement = _read_verdict(predicate, about) if kind is VerdictGiven else _read_own(kind, predicate, about)
    for part in (about, predicate, document):
        part.done()
    if _written(statement) != payload:
        raise ReportInvalid("this is not the one way in which this statement is written")
    return statement


def _written(statement: Statement) -> bytes:
    event, at, log = statement
    document = {
        "_type": TYPE,
        "subject": [_about(event, log)],
        "predicateType": predicate_type(type(event)),
        "predicate": _verdict(event, at, log) if isinstance(event, VerdictGiven) else _own(event, at, log),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _about(event: Event, log: str) -> dict[str, Any]:
    if isinstance(event, LogKeyAdded | FixityRun | PersonStated | KeyAdded | KeyRevoked | Erased):
        name = encode_text(log if isinstance(event, LogKeyAdded | FixityRun) else event.person)
        return {"name": name, "digest": _digest(sha256(name.encode()).hexdigest())}
    named = {"name": encode_text(event.reference)} if isinstance(event, VerdictGiven) else {}
    return {**named, "digest": _digest(event.subject)}


def _own(event: Event, at: str, log: str) -> dict[str, Any]:
    fields = {name: field.write(getattr(event, name)) for name, field in FIELDS[type(event)].items()}
    return {"log": encode_text(log), "at": at, **fields}


def _read_own(kind: type[Event], it: Object, about: Object) -> Statement:
    """Whether name and digest of a person or a log belong together, writing it again tells."""
    log, at = it.text("log"), TIME.read(it, "at")
    fields = {name: field.read(it, name) for name, field in FIELDS[kind].items()}
    subject = _read_digest(about)
    if kind in _OF_A_PERSON:
        fields["person"] = PERSON.read(about, "name")
    elif kind in _OF_THE_LOG:
        about.text("name")
    else:
        fields["subject"] = subject
    event = kind(**fields)
    if isinstance(event, Imported) and event.verdict.subject != subject:
        raise ReportInvalid("this is the verdict of another subject", where=it.at("verdict"))
    return Statement(event, at, log)


def _verdict(event: VerdictGiven, at: str, log: str) -> dict[str, Any]:
    passed = event.outcome == Outcome.ADMIT
    return {
        "verifier": {"id": _LOG + encode_text(log)},
        "timeVerified": at,
        "resourceUri": encode_text(event.reference),
        "policy": {"uri": encode_text(event.policy), "digest": _digest(event.policy_digest)},
        "inputAttestations": [{"uri": _REPORT, "digest": _digest(event.report)}],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": ["HILT_ADMIT" if passed else "FAILED"],
        "hilt": {name: field.write(getattr(event, name)) for name, field in FIELDS[VerdictGiven].items()},
    }


def _read_verdict(it: Object, about: Object) -> Statement:
    """What only repeats the rest is taken here: writing it again tells whether it was right."""
    verifier, policy, hilt = (_object(it, key) for key in ("verifier", "policy", "hilt"))
    report = _only(it, "inputAttestations")
    event = VerdictGiven(
        subject=_read_digest(about),
        reference=REFERENCE.read(about, "name"),
        policy=TEXT.read(policy, "uri"),
        policy_digest=_read_digest(policy),
        report=_read_digest(report),
        **{name: field.read(hilt, name) for name, field in FIELDS[VerdictGiven].items()},
    )
    log, at = verifier.text("id").removeprefix(_LOG), TIME.read(it, "timeVerified")
    report.word("uri", {_REPORT: _REPORT})
    for key in ("resourceUri", "verificationResult", "verifiedLevels"):
        it.take(key)
    for part in (verifier, policy, report, hilt):
        part.done()
    return Statement(event, at, log)


def _digest(digest: str) -> dict[str, str]:
    return {"sha256": digest}


def _read_digest(it: Object) -> str:
    inner = _object(it, "digest")
    digest: str = SHA256.read(inner, "sha256")
    inner.done()
    return digest


def _object(it: Object, key: str) -> Object:
    return Object(it.take(key), it.at(key))


def _only(it: Object, key: str) -> Object:
    """The one object of a list."""
    items = it.each(key, Object)
    if len(items) != 1:
        raise ReportInvalid(f"one is needed here, not {len(items)}", where=it.at(key))
    return items[0]
