"""Checkpoints, and what witnesses sign of them."""

from __future__ import annotations

import pytest

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.checkpoints import Checkpoint, check_cosignature, cosign, open_checkpoint
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.merkle import EMPTY_ROOT
from hilt.record.ledger.notes import Kind, Verifier, sign_note

KEY, WITNESS_KEY = new_signing_key(), new_signing_key()
LOG = Verifier("example.com/behind-the-sofa", KEY.public)
WITNESS = Verifier("witness.example/w1", WITNESS_KEY.public, Kind.WITNESS)
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
"""The example of the specification."""
NOTE = sign_note(TEXT, LOG.name, KEY)


def test_the_example_of_the_specification_is_read_and_written() -> None:
    told = Checkpoint.read(TEXT)
    assert (told.origin, told.size, told.text) == ("example.com/behind-the-sofa", 20852163, TEXT)
    assert told.root.hex().startswith("0ac5186a91863e8e")
    empty = Checkpoint("x", 0, EMPTY_ROOT)
    assert Checkpoint.read(empty.text) == empty


def test_further_lines_are_kept_as_they_are_signed() -> None:
    told = Checkpoint.read(TEXT + "one\ntwo\n")
    assert (told.extensions, told.text) == ("one\ntwo\n", TEXT + "one\ntwo\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "\nx\n",
        TEXT.replace("example.com/behind-the-sofa", ""),
        TEXT.replace("20852163", "020852163"),
        TEXT.replace("20852163", "-1"),
        TEXT.replace("20852163", "+1"),
        TEXT.replace("20852163", " 1"),
        TEXT.replace("20852163", "\u0661"),
        TEXT.replace("20852163", "9223372036854775808"),
        TEXT.replace("20852163", "9" * 5000),
        TEXT.replace("2I=", "2J="),
        TEXT.replace("CsUY", ""),
        TEXT.replace("CsUY", "CsUYCsUY"),
    ],
)
def test_no_other_text_is_a_checkpoint(text: str) -> None:
    with pytest.raises(ProofInvalid, match="checkpoint: "):
        Checkpoint.read(text)


def test_every_beginning_of_a_checkpoint_is_refused() -> None:
    for length in range(len(TEXT)):
        with pytest.raises(ProofInvalid):
            Checkpoint.read(TEXT[:length])


def test_a_checkpoint_is_opened_with_the_key_of_its_log() -> None:
    told, note = open_checkpoint(NOTE, [LOG])
    assert (told, note.text, len(note.signatures)) == (Checkpoint.read(TEXT), TEXT, 1)


def test_the_key_of_another_log_proves_nothing_however_much_it_is_trusted() -> None:
    other = Verifier("other.example", WITNESS_KEY.public)
    with pytest.raises(ProofInvalid, match=r"no key of the log 'example.com/behind-the-sofa' that is trusted here"):
        open_checkpoint(sign_note(TEXT, "other.example", WITNESS_KEY), [LOG, other])


def test_a_witness_alone_proves_nothing_even_under_the_name_of_the_log() -> None:
    for name in (WITNESS.name, LOG.name):
        by = Verifier(name, WITNESS_KEY.public, Kind.WITNESS)
        with pytest.raises(ProofInvalid, match="no key of the log"):
            open_checkpoint(f"{TEXT}\n{cosign(TEXT, name, WITNESS_KEY, 7)}", [LOG, by])


def test_a_cosignature_says_when_it_was_made() -> None:
    line = cosign(TEXT, WITNESS.name, WITNESS_KEY, 1679315147)
    assert check_cosignature(TEXT, line, WITNESS) == 1679315147
    told, note = open_checkpoint(NOTE + line, [LOG, WITNESS])
    assert [one.name for one in note.signatures] == [LOG.name, WITNESS.name]
    assert note.signatures[1].time == 1679315147
    assert told.text == TEXT


def test_a_cosignature_of_another_checkpoint_or_by_another_key_does_not_hold() -> None:
    line = cosign(TEXT, WITNESS.name, WITNESS_KEY, 1)
    with pytest.raises(ProofInvalid, match=r"that of 'witness.example/w1' does not hold for this checkpoint"):
        check_cosignature(TEXT.replace("20852163", "20852164"), line, WITNESS)
    others = (
        Verifier(WITNESS.name, new_signing_key().public, Kind.WITNESS),
        Verifier("witness.example/w2", WITNESS_KEY.public, Kind.WITNESS),
        Verifier(WITNESS.name, WITNESS_KEY.public),
    )
    for other in others:
        with pytest.raises(ProofInvalid, match=r"cosignature: it is by 'witness.example/w1'"):
            check_cosignature(TEXT, line, other)
    with pytest.raises(ProofInvalid):
        open_checkpoint(NOTE + cosign(TEXT + "x\n", WITNESS.name, WITNESS_KEY, 1), [LOG, WITNESS])


def test_every_bit_of_a_cosignature_counts() -> None:
    data = cosign(TEXT, WITNESS.name, WITNESS_KEY, 1).encode()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofInvalid):
            check_cosignature(TEXT, changed.decode(errors="surrogateescape"), WITNESS)
