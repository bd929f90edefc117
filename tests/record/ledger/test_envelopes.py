from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.ledger.envelopes import Envelope, sign
from sample_receipts import KEYS

ENVELOPE = sign(b'{"a":"\xc3\xa4"}', KEYS["Ed25519"])


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("payload", [b"", b"{}", bytes(range(256)) * 40])
def test_an_envelope_comes_back_from_its_text_and_holds(kind: str, payload: bytes) -> None:
    envelope = sign(payload, KEYS[kind])
    assert Envelope.read(envelope.text()) == envelope
    assert envelope.holds()
    assert not envelope._replace(payload=payload + b" ").holds()
    assert not envelope._replace(key=KEYS["P-256" if kind == "Ed25519" else "Ed25519"].public).holds()


def test_the_text_is_json_as_dsse_says() -> None:
    told = json.loads(ENVELOPE.text())
    assert told == {
        "payload": base64.b64encode(ENVELOPE.payload).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"keyid": ENVELOPE.key.text, "sig": base64.b64encode(ENVELOPE.signature).decode()}],
    }
    assert ENVELOPE.text() == json.dumps(told, separators=(",", ":"))
    assert ENVELOPE.signed == b'DSSEv1 28 application/vnd.in-toto+json 10 {"a":"\xc3\xa4"}'


def test_an_envelope_has_one_spelling_alone() -> None:
    text, told = ENVELOPE.text(), json.loads(ENVELOPE.text())
    for other in (
        json.dumps(told),
        text + "\n",
        text.replace("in-toto", "in-Toto"),
        text.replace('"keyid"', '"keyId"'),
        text.replace('"sig":"', '"sig":"\\n'),
        text.replace('{"payload"', '{"payload":"","payload"'),
        text[:-2] + ',{"keyid":"","sig":""}]}',
        "",
        '"' * 40,
        "[" * 100_000,
    ):
        with pytest.raises(FormatError):
            Envelope.read(other)


def test_every_beginning_of_an_envelope_is_refused() -> None:
    text = ENVELOPE.text()
    for end in range(len(text)):
        with pytest.raises(FormatError):
            Envelope.read(text[:end])


@given(st.integers(0, len(ENVELOPE.text()) - 1), st.characters())
def test_another_character_makes_another_envelope_or_none(place: int, character: str) -> None:
    text = ENVELOPE.text()
    other = text[:place] + character + text[place + 1 :]
    try:
        read = Envelope.read(other)
    except FormatError:
        return
    assert (read == ENVELOPE) == (other == text)
    assert read.holds() == (other == text)
