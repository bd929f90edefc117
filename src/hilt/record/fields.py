"""How each field of an event stands in a statement: written, and read back where it is exactly what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from hilt.core.errors import ReportInvalid
from hilt.core.events import (
    DecisionMade,
    Erased,
    Event,
    FixityRun,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    PersonStated,
    Question,
    Remark,
    Remarked,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.roles import SHAPE
from hilt.core.verdict import Outcome
from hilt.core.wire import Object, decode_item, encode_text
from hilt.record.ledger.merkle import LARGEST

_OUTCOMES = {outcome.word: outcome for outcome in Outcome}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PERSON = re.compile(r"p-[0-9a-f]{8}")
_KEY = re.compile(r"[A-Za-z0-9+/]{40,900}={0,2}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)", re.ASCII)
_STORABLE = re.compile(r"[^\0]*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


LONGEST_REFERENCE = 2400
"""Bytes of a reference: the index of PostgreSQL takes no longer ones."""


class WrittenField(NamedTuple):
    """How a field is written, and how it is read from the object that holds it at a key."""

    write: Callable[[Any], Any]
    read: Callable[[Object, str], Any]


def _exact(
    pattern: re.Pattern[str], what: str, parse: Callable[[str], Any] = str, *, or_empty: bool = False
) -> WrittenField:
    """A text of one shape, which `parse` can read."""

    def read(it: Object, key: str) -> str:
        text = it.text(key)
        try:
            if (or_empty and not text) or (pattern.fullmatch(text) and parse(text)):
                return text
        except ValueError:
            pass
        raise ReportInvalid(f"{what} is needed here, not {ascii(text)[:80]}", where=it.at(key))

    return WrittenField(encode_text, read)


def _indexed(reference: str) -> bool:
    return len(encode_text(reference).encode()) <= LONGEST_REFERENCE


def _listed(write: Callable[[Any], Any], read: Callable[[Any, str], Any]) -> WrittenField:
    return WrittenField(lambda items: [write(item) for item in items], lambda it, key: it.each(key, read))


def _inner(write: Callable[[Any], Any], read: Callable[[Any, str], Any]) -> WrittenField:
    return WrittenField(write, lambda it, key: read(it.take(key), it.at(key)))


def _write_words(words: Words) -> dict[str, str]:
    return {"sha256": words.digest}


def _read_words(value: Any, where: str) -> Words:
    it = Object(value, where)
    words = Words(digest=SHA256.read(it, "sha256"))
    it.done()
    return words


def _read_answer(value: Any, where: str) -> tuple[str, Words]:
    it = Object(value, where)
    answer = (it.text("rule"), WORDS.read(it, "words"))
    it.done()
    return answer


def _write_question(question: Question) -> dict[str, Any]:
    return {
        "rule": encode_text(question.rule),
        "policy": encode_text(question.policy),
        "outcome": question.outcome.word,
        "by": [encode_text(role) for role in question.by],
        "approvals": question.approvals,
        "ask": encode_text(question.ask),
    }


def _read_question(value: Any, where: str) -> Question:
    it = Object(value, where)
    question = Question(
        rule=it.text("rule"),
        policy=it.text("policy"),
        outcome=it.word("outcome", _OUTCOMES),
        by=it.each("by", decode_item),
        approvals=it.count("approvals"),
        ask=it.text("ask"),
    )
    it.done()
    return question


def _read_role(value: Any, where: str) -> str:
    if not isinstance(value, str) or not SHAPE.fullmatch(value):
        raise ReportInvalid(f"a role such as risk-officer is needed here, not {ascii(value)[:80]}", where=where)
    return value


def _read_place(it: Object, key: str) -> int:
    if (place := it.count(key)) > LARGEST:
        raise ReportInvalid(f"a place in the log is needed here, not {place:#x}"[:120], where=it.at(key))
    return place


def _read_count(it: Object, key: str) -> int:
    if (number := it.count(key)) >= 1 << 63:
        raise ReportInvalid(f"a number of files or bytes is needed here, not {number:#x}"[:120], where=it.at(key))
    return number


def _read_case(value: Any, where: str) -> int:
    if type(value) is not int or not -1 <= value <= LARGEST:
        raise ReportInvalid(f"a place in the log, or -1, is needed here, not {ascii(value)[:80]}", where=where)
    return value


REFERENCE = _exact(_STORABLE, f"a text without NUL, of at most {LONGEST_REFERENCE} bytes,", _indexed, or_empty=True)
TEXT = _exact(_STORABLE, "a text without NUL", or_empty=True)
FLAG = WrittenField(bool, Object.flag)
PLACE = WrittenField(int, _read_place)
COUNT = WrittenField(int, _read_count)
SHA256 = _exact(_DIGEST, "a SHA-256 in lower-case hex")
PERSON = _exact(_PERSON, "a person such as p-1f2e3d4c")
KEY = _exact(_KEY, "the base64 of a public key")
TIME = _exact(_TIME, "a time in UTC such as 2027-01-31T08:00:00+00:00", datetime.fromisoformat)
TIME_OR_EMPTY = _exact(_TIME, "a time in UTC, or nothing,", datetime.fromisoformat, or_empty=True)
DAY_OR_EMPTY = _exact(_DAY, "a day such as 2027-01-31, or nothing,", date.fromisoformat, or_empty=True)
WORDS = _inner(_write_words, _read_words)
WORDS_OR_NULL = _inner(
    lambda words: None if words is None else _write_words(words),
    lambda value, where: None if value is None else _read_words(value, where),
)

_OF_A_VERDICT: dict[str, WrittenField] = {
    "revision": TEXT,
    "outcome": WrittenField(lambda outcome: outcome.word, lambda it, key: it.word(key, _OUTCOMES)),
    "evidence": SHA256,
    "verdict": SHA256,
    "questions": _listed(_write_question, _read_question),
    "claimed": FLAG,
}
_WHOLE_VERDICT = _OF_A_VERDICT | {
    "subject": SHA256,
    "reference": REFERENCE,
    "policy": TEXT,
    "policy_digest": SHA256,
    "report": SHA256,
}


def _write_verdict(event: VerdictGiven) -> dict[str, Any]:
    return {name: field.write(getattr(event, name)) for name, field in _WHOLE_VERDICT.items()}


def _read_verdict(value: Any, where: str) -> VerdictGiven:
    it = Object(value, where)
    event = VerdictGiven(**{name: field.read(it, name) for name, field in _WHOLE_VERDICT.items()})
    it.done()
    return event


_DIGESTS = _listed(lambda digest: {"sha256": digest}, lambda value, where: _read_words(value, where).digest)


FIELDS: dict[type[Event], dict[str, WrittenField]] = {
    VerdictGiven: _OF_A_VERDICT,
    UseRequested: {"use": TEXT, "why": WORDS},
    DecisionMade: {
        "use": TEXT,
        "say": WrittenField(lambda say: say.value, lambda it, key: it.word(key, {say.value: say for say in Say})),
        "policy_digest": SHA256,
        "evidence": SHA256,
        "why": WORDS,
        "case": _inner(int, _read_case),
        "answers": _listed(
            lambda answer: {"rule": encode_text(answer[0]), "words": _write_words(answer[1])}, _read_answer
        ),
        "conditions": WORDS_OR_NULL,
        "until": DAY_OR_EMPTY,
        "exception": FLAG,
        "opened": TIME_OR_EMPTY,
    },
    Remarked: {
        "case": PLACE,
        "says": WrittenField(lambda says: says.value, lambda it, key: it.word(key, {one.value: one for one in Remark})),
        "policy_digest": SHA256,
        "evidence": SHA256,
        "why": WORDS,
    },
    Withdrawn: {"why": WORDS, "use": TEXT},
    HoldingBegun: {"use": TEXT, "place": TEXT, "holder": WORDS},
    HoldingEnded: {"holding": PLACE},
    PersonStated: {"name": WORDS, "contact": WORDS, "roles": _listed(str, _read_role)},
    KeyAdded: {"key": KEY},
    KeyRevoked: {"key": KEY, "compromised": FLAG, "why": WORDS},
    LogKeyAdded: {"verifier": TEXT, "continues": TEXT},
    Erased: {"words": _DIGESTS},
    Imported: {
        "origin": TEXT,
        "bundle": SHA256,
        "checkpoint": TEXT,
        "verdict": _inner(_write_verdict, _read_verdict),
        "until": DAY_OR_EMPTY,
        "words": _listed(_write_words, _read_words),
    },
    FixityRun: {"files": COUNT, "size": COUNT, "damaged": _DIGESTS, "repaired": _DIGESTS, "unread": COUNT},
}
"""What stands in a statement under the name of its field; the subject, the person and what SLSA has its own place for do not."""
