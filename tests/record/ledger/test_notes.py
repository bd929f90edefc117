"""Signed notes: those of others are read, ours are as the specification has them, and nothing else passes."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError, KeyUnusable, ProofInvalid
from hilt.record.ledger.keys import SigningKey, new_signing_key, read_signing_key
from hilt.record.ledger.notes import (
    LARGEST,
    LATEST,
    MOST_SIGNATURES,
    Kind,
    Signature,
    Verifier,
    open_note,
    read_note,
    sign_note,
    signature,
)

NEUMANN = Verifier.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_NEUMANN = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example in the documentation of golang.org/x/mod/sumdb/note."""

KEY = new_signing_key()
OURS = Verifier("log.example", KEY.public)
NOTE = sign_note("a\nb\n", "log.example", KEY)


def test_a_note_of_go_is_opened() -> None:
    note = open_note(f"{SAID}\n{BY_NEUMANN}".encode(), [NEUMANN])
    assert (note.text, str(note)) == (SAID, f"{SAID}\n{BY_NEUMANN}")
    assert NEUMANN.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_note_of_ours_is_a_text_an_empty_line_and_a_signature() -> None:
    text, line = NOTE.split("\n\n")
    assert (text, line.split(" ")[:2]) == ("a\nb", ["—", "log.example"])
    assert open_note(NOTE, [OURS]).text == "a\nb\n"


def test_signatures_of_strangers_are_ignored() -> None:
    stranger = signature("a\nb\n", Verifier("log.example", new_signing_key().public), new_signing_key())
    both = open_note(NOTE + stranger.line + BY_NEUMANN, [OURS])
    assert [one.id for one in both.signatures] == [OURS.id]


def test_a_note_that_only_strangers_signed_proves_nothing() -> None:
    with pytest.raises(ProofInvalid, match=r"none of its signatures is by a key that is trusted here.*'log.example'"):
        open_note(NOTE, [NEUMANN])
    with pytest.raises(ProofInvalid, match="none of its signatures"):
        open_note(NOTE, [])


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    false = Signature(NEUMANN.name, NEUMANN.id, bytes(64)).line
    with pytest.raises(ProofInvalid, match=r"the signature of 'PeterNeumann' \(c74f20a3\) does not hold"):
        open_note(NOTE + false, [OURS, NEUMANN])
    assert open_note(NOTE + false, [OURS])


def test_a_key_of_another_name_or_kind_has_another_id() -> None:
    keys = [OURS, Verifier("log.example2", KEY.public), Verifier("log.example", KEY.public, Kind.WITNESS)]
    assert len({one.id for one in keys}) == 3
    with pytest.raises(ProofInvalid, match="none of its signatures"):
        open_note(NOTE, keys[1:])


def test_the_text_is_everything_before_the_last_empty_line() -> None:
    note = sign_note("one\n\ntwo\n\n\n", "log.example", KEY)
    assert open_note(note, [OURS]).text == "one\n\ntwo\n\n\n"


def test_a_witness_signs_the_time_along() -> None:
    witness = Verifier("w.example", KEY.public, Kind.WITNESS)
    signed = signature("a\n", witness, KEY, time=1679315147)
    assert signed.time == 1679315147
    assert KEY.public.holds(signed.signature[8:], b"cosignature/v1\ntime 1679315147\na\n")
    assert witness.holds("a\n", signed.signature)
    for wrong in (
        (1679315148).to_bytes(8, "big") + signed.signature[8:],
        signed.signature[8:],
        signed.signature + b"\0",
    ):
        assert not witness.holds("a\n", wrong)
    assert not witness.holds("b\n", signed.signature)


def test_a_time_that_no_calendar_tells_is_not_signed() -> None:
    witness = Verifier("w.example", KEY.public, Kind.WITNESS)
    assert witness.holds("a\n", signature("a\n", witness, KEY, time=LATEST).signature)
    for time in (LATEST + 1, (1 << 64) - 1):
        assert not witness.holds("a\n", signature("a\n", witness, KEY, time=time).signature)


def test_only_ed25519_signs_notes() -> None:
    with pytest.raises(KeyUnusable, match="notes are signed with Ed25519 keys alone, and this one is PKIX_ECDSA_P256"):
        sign_note("a\n", "log.example", of_p256())


def of_p256() -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    return read_signing_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), None)


@pytest.mark.parametrize("name", ["", "a b", "a+b", " a", "a\n", "a\u2003b", "a\x00"])
def test_no_key_has_a_name_that_a_line_could_not_hold(name: str) -> None:
    with pytest.raises(FormatError, match="cannot name a key"):
        Verifier(name, KEY.public)


def test_a_part_of_a_verifier_key_is_none_and_no_letter_of_it_can_be_another() -> None:
    text = NEUMANN.text
    for start in range(len(text)):
        for end in range(start, len(text) + 1):
            if (start, end) != (0, len(text)):
                with pytest.raises(FormatError):
                    Verifier.read(text[start:end])
    for at, letter in enumerate(text):
        with pytest.raises(FormatError):
            Verifier.read(text[:at] + chr(ord(letter) + 1) + text[at + 1 :])
    for wrong in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(FormatError):
            Verifier.read(wrong)


@pytest.mark.parametrize("kind", Kind)
def test_a_verifier_key_is_read_as_it_was_written(kind: Kind) -> None:
    verifier = Verifier("log.example/7", KEY.public, kind)
    assert Verifier.read(f"  {verifier.text}\n") == verifier


def test_every_beginning_of_a_note_is_refused() -> None:
    data = (NOTE + BY_NEUMANN).encode()
    first = len(NOTE.encode())
    for length in range(len(data)):
        if length == first:
            continue
        with pytest.raises(ProofInvalid):
            open_note(data[:length], [OURS])


def test_every_bit_of_a_note_counts() -> None:
    data = NOTE.encode()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofInvalid):
            open_note(bytes(changed), [OURS])


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_read_is_a_note_or_proof_invalid(data: bytes) -> None:
    with suppress(ProofInvalid):
        assert str(read_note(data)).encode() == data


def test_notes_changed_at_random_raise_nothing_else() -> None:
    chance = random.Random(8)
    for _ in range(500):
        data = bytearray((NOTE + BY_NEUMANN).encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 4))
        with suppress(ProofInvalid):
            assert str(read_note(bytes(data))).encode() == bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "not UTF-8"),
        (b"a\n\n", "lines of signatures"),
        (b"a\n\n\xe2\x80\x94 x AAAAAAA=", "lines of signatures"),
        (b"a\r\n\n\xe2\x80\x94 x AAAAAAA=\n", "control character 0x0d"),
        (b"a\n\n\xe2\x80\x94 x AAAAAA==\n", "no line of a signature"),
        (b"a\n\n\xe2\x80\x94 x AAAAAAB=\n", "bits that mean nothing"),
        (b"a\n\n\xe2\x80\x94 x AAAA AAA=\n", "not base64"),
        (b"a\n\n- x AAAAAAA=\n", "no line of a signature"),
        (b"a" * (LARGEST + 1), f"more than {LARGEST} bytes"),
        (b"a\n\n" + b"\xe2\x80\x94 x AAAAAAA=\n" * (MOST_SIGNATURES + 1), f"more than {MOST_SIGNATURES} signatures"),
    ],
)
def test_what_is_wrong_with_a_note_is_said(data: bytes, why: str) -> None:
    with pytest.raises(ProofInvalid, match=why):
        read_note(data)
