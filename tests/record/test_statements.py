from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import ReportInvalid
from hilt.core.events import (
    EVENTS,
    DecisionMade,
    Event,
    HoldingEnded,
    KeyAdded,
    PersonStated,
    Say,
    UseRequested,
    VerdictGiven,
    Words,
)
from hilt.core.verdict import Outcome
from hilt.record.statements import LARGEST, Statement, predicate_type, read, write
from record.made_up import events, texts, times

AT = "2026-11-21T10:00:00+00:00"
SUBJECT = "ab" * 32
REQUEST = Statement(UseRequested(subject=SUBJECT, use="chat", why=Words(digest="cd" * 32)), AT, "hilt/test")
VERDICT = Statement(
    VerdictGiven(
        subject=SUBJECT,
        reference="hf:acme/model",
        outcome=Outcome.REVIEW,
        policy="default",
        policy_digest="01" * 32,
        evidence="02" * 32,
        report="03" * 32,
        verdict="04" * 32,
    ),
    AT,
    "hilt/test",
)
DECISION = DecisionMade(
    subject=SUBJECT, use="chat", say=Say.YES, policy_digest="01" * 32, evidence="02" * 32, why=Words(digest="cd" * 32)
)


def canonical(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(events, times, texts)
def test_every_event_comes_back_as_it_was_written(event: Event, at: str, log: str) -> None:
    statement = Statement(event, at, log)
    assert read(write(statement)) == statement


def test_every_kind_has_its_own_predicate_type() -> None:
    assert len({predicate_type(kind) for kind in EVENTS}) == len(EVENTS)


def test_a_request_as_it_is_signed() -> None:
    assert json.loads(write(REQUEST)) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": SUBJECT}}],
        "predicateType": "urn:hilt:request:1",
        "predicate": {"log": "hilt/test", "at": AT, "use": "chat", "why": {"sha256": "cd" * 32}},
    }


def test_a_verdict_is_a_verification_summary() -> None:
    document = json.loads(write(VERDICT))
    assert document["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert document["subject"] == [{"name": "hf:acme/model", "digest": {"sha256": SUBJECT}}]
    predicate = document["predicate"]
    assert predicate["verifier"] == {"id": "urn:hilt:log:hilt/test"}
    assert predicate["policy"] == {"uri": "default", "digest": {"sha256": "01" * 32}}
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == ("FAILED", ["FAILED"])
    assert predicate["hilt"]["outcome"] == "review"


def test_words_themselves_are_never_written() -> None:
    said = Words.of("because I say so", b"0" * 16)
    assert b"because" not in write(REQUEST._replace(event=UseRequested(subject=SUBJECT, use="chat", why=said)))


@pytest.mark.parametrize("statement", [REQUEST, VERDICT], ids=["request", "verdict"])
def test_a_key_more_or_less_anywhere_is_refused(statement: Statement) -> None:
    for path, parent in objects(json.loads(write(statement))):
        document = json.loads(write(statement))
        reach(document, path)["other"] = 1
        with pytest.raises(ReportInvalid):
            read(canonical(document))
        for key in parent:
            document = json.loads(write(statement))
            del reach(document, path)[key]
            with pytest.raises(ReportInvalid, match=key):
                read(canonical(document))
            for wrong in (None, 7, "x", [], {}, [1], True):
                document = json.loads(write(statement))
                if canonical(reach(document, path)[key]) == canonical(wrong) or (key, wrong) in FREE:
                    continue
                reach(document, path)[key] = wrong
                with pytest.raises(ReportInvalid):
                    read(canonical(document))


FREE = [("use", "x"), ("log", "x"), ("uri", "x"), ("revision", "x"), ("claimed", True)]
"""Where another value makes another statement."""


def objects(value: Any, path: tuple[Any, ...] = ()) -> Any:
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, (*path, index))


def reach(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def test_errors_name_the_key() -> None:
    document = json.loads(write(REQUEST))
    document["predicate"]["why"]["sha256"] = "CD" * 32
    with pytest.raises(ReportInvalid, match=r"predicate\.why\.sha256: a SHA-256 in lower-case hex is needed"):
        read(canonical(document))
    document["predicateType"] = "urn:hilt:request:2"
    with pytest.raises(ReportInvalid, match="predicateType: one of"):
        read(canonical(document))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b"1" * 10_000,
        write(REQUEST) + b" ",
        write(REQUEST).replace(b'"use":"chat"', b'"use":"chess","use":"chat"'),
        write(REQUEST).replace(b"chat", b"\\u0063hat"),
        b" " * (LARGEST + 1),
    ],
    ids=["nothing", "a list", "no UTF-8", "deep", "a long number", "a blank", "a key twice", "escaped", "too long"],
)
def test_there_is_one_payload_for_each_statement(payload: bytes) -> None:
    with pytest.raises(ReportInvalid):
        read(payload)


@given(st.binary(max_size=60), st.integers(0, 400))
def test_damaged_payloads_are_refused_or_say_something_else(noise: bytes, place: int) -> None:
    payload = write(VERDICT)
    damaged = payload[:place] + noise + payload[place + len(noise) :]
    with contextlib.suppress(ReportInvalid):
        assert write(read(damaged)) == damaged


@pytest.mark.parametrize(
    "at", ["", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T10:00:00+01:00", "٢026-11-21T10:00:00Z"]
)
def test_times_are_utc(at: str) -> None:
    with pytest.raises(ReportInvalid, match=r"predicate\.at"):
        write(REQUEST._replace(at=at))


@pytest.mark.parametrize(
    "event",
    [
        HoldingEnded(subject=SUBJECT, holding=-1),
        HoldingEnded(subject=SUBJECT, holding=1 << 63),
        replace(DECISION, case=-2),
        replace(DECISION, case=1 << 63),  # no database takes it
        UseRequested(subject="AB" * 32, use="x", why=Words(digest="cd" * 32)),
        UseRequested(subject=SUBJECT, use="x", why=Words(digest="")),
        PersonStated(person="anna", name=Words(digest="cd" * 32), contact=Words(digest="cd" * 32)),
        KeyAdded(person="p-00000000", key="ssh-ed25519 AAAA"),
        PersonStated(
            person="p-00000000", name=Words(digest="cd" * 32), contact=Words(digest="cd" * 32), roles=("a b",)
        ),
        replace(VERDICT.event, reference="x" * 2401),
        replace(VERDICT.event, reference="ſ" * 1201),
        replace(VERDICT.event, revision="\0"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(event: Event) -> None:
    with pytest.raises(ReportInvalid):
        write(REQUEST._replace(event=event))
