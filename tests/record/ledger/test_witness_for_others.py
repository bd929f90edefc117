"""What a witness is asked, and what it answers: growth is signed, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.checkpoints import Checkpoint, cosign, open_checkpoint
from hilt.record.ledger.keys import SigningKey, new_signing_key
from hilt.record.ledger.merkle import LARGEST, LONGEST_PATH
from hilt.record.ledger.notes import Kind, Verifier, sign_note
from hilt.record.ledger.witness_for_others import LogWitness
from hilt.record.ledger.witness_protocol import CosignRequest, Refused, cosignatures, read_size
from merkle_trees import Tree

TREE, FORKED = Tree(300), Tree(300, salt="other ")
KEY, WITNESS_KEY = new_signing_key(), new_signing_key()
LOG = Verifier("log.example", KEY.public)


def asked(old: int, new: int, *, tree: Tree = TREE, key: SigningKey = KEY, origin: str = LOG.name) -> CosignRequest:
    """The request that the log makes when it has grown from `old` to `new`."""
    note = sign_note(Checkpoint(origin, new, tree.root(new)).text, origin, key)
    return CosignRequest(old, tree.proof(old, new) if old else (), note)


@pytest.fixture
def witness(where: str) -> Iterator[LogWitness]:
    witness = LogWitness(where, name="w.example", key=WITNESS_KEY, logs=(LOG,))
    yield witness
    witness.close()


def refused(witness: LogWitness, request: CosignRequest) -> tuple[int, str]:
    with pytest.raises(Refused) as told:
        witness.add_checkpoint(request, 1)
    return told.value.status, told.value.body


def test_a_request_is_written_as_the_specification_has_it() -> None:
    request = asked(6, 8)
    lines = request.text.split("\n")
    assert lines[0] == "old 6"
    assert [len(line) for line in lines[1:4]] == [44] * 3
    assert lines[4:7] == ["", "log.example", "8"]
    assert CosignRequest.read(request.text.encode()) == request
    assert asked(0, 8).text.startswith("old 0\n\nlog.example\n8\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"old\n\n",
        b"old 01\n\n",
        b"old -1\n\n",
        b"old 9223372036854775808\n\n",
        b"new 1\n\n",
        b"old 1\nAAAA=\n\n",
        b"old 1\n" + b"AAAA\n" * (LONGEST_PATH + 1) + b"\n",
    ],
)
def test_no_other_text_is_a_request(data: bytes) -> None:
    with pytest.raises(ProofInvalid, match="request: "):
        CosignRequest.read(data)


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"old 1\n{text}".encode()))
def test_whatever_is_read_is_a_request_or_proof_invalid(data: bytes) -> None:
    with suppress(ProofInvalid):
        assert CosignRequest.read(data).text.encode() == data


def test_growth_is_signed_with_the_time(witness: LogWitness) -> None:
    for old, new in ((0, 1), (1, 1), (1, 7), (7, 256), (256, 300)):
        request = asked(old, new)
        (signed,) = cosignatures(
            witness.add_checkpoint(request, 1000 + new), request.note.split("\n\n")[0] + "\n", witness.verifier
        )
        assert (signed.name, signed.time) == ("w.example", 1000 + new)
    (seen,) = witness.seen()
    assert (seen.origin, seen.note.startswith(asked(0, 300).note), seen.against) == ("log.example", True, "")
    _, both = open_checkpoint(seen.note, [LOG, witness.verifier])
    assert [one.name for one in both.signatures] == ["log.example", "w.example"]
    assert witness.checkpoint(sha256(b"log.example").hexdigest()) == seen.note
    assert witness.checkpoint(sha256(b"other.example").hexdigest()) == ""


def test_an_empty_log_is_signed_as_well(witness: LogWitness) -> None:
    witness.add_checkpoint(asked(0, 0), 1)
    witness.add_checkpoint(asked(0, 5), 2)
    assert refused(witness, asked(0, 0)) == (409, "5\n")


def test_who_remembers_another_size_is_told_the_one_that_counts(witness: LogWitness) -> None:
    assert refused(witness, asked(3, 8)) == (409, "0\n")
    witness.add_checkpoint(asked(0, 8), 1)
    for old in (0, 3, 9):
        assert refused(witness, asked(old, 20)) == (409, "8\n")


def test_a_log_that_shrinks_is_not_signed(witness: LogWitness) -> None:
    witness.add_checkpoint(asked(0, 20), 1)
    assert refused(witness, asked(0, 8)) == (409, "20\n")
    status, why = refused(witness, CosignRequest(20, (), asked(0, 8).note))
    assert (status, why) == (400, "the checkpoint is of 8 entries, and is to continue one of 20\n")


def test_another_history_is_not_signed_and_kept_as_evidence(witness: LogWitness) -> None:
    witness.add_checkpoint(asked(0, 20), 1)
    assert refused(witness, asked(20, 30, tree=FORKED))[0] == 422
    assert witness.seen()[0].against == ""  # a wrong proof proves nothing against the log
    assert refused(witness, asked(20, 20, tree=FORKED)) == (409, "20\n")
    (seen,) = witness.seen()
    assert (seen.note.startswith(asked(0, 20).note), seen.against) == (True, asked(0, 20, tree=FORKED).note)
    witness.add_checkpoint(asked(20, 30), 1)


@pytest.mark.parametrize(
    "path",
    [(), TREE.proof(20, 30)[1:], (*TREE.proof(20, 30), bytes(32)), FORKED.proof(20, 30), (b"short",)],
    ids=["none", "short", "long", "false", "no hash"],
)
def test_a_wrong_proof_is_refused(witness: LogWitness, path: tuple[bytes, ...]) -> None:
    witness.add_checkpoint(asked(0, 20), 1)
    status, why = refused(witness, CosignRequest(20, path, asked(20, 30).note))
    assert (status, why.startswith("consistency proof")) == (422, True)
    witness.add_checkpoint(asked(20, 30), 1)


def test_a_proof_from_nothing_must_be_empty(witness: LogWitness) -> None:
    assert refused(witness, CosignRequest(0, (bytes(32),), asked(0, 20).note))[0] == 422


def test_a_log_that_nobody_named_is_unknown(witness: LogWitness) -> None:
    assert refused(witness, asked(0, 5, origin="other.example")) == (
        404,
        "the log 'other.example' is not one of those that are witnessed here\n",
    )


def test_a_checkpoint_that_the_log_did_not_sign_is_forbidden(witness: LogWitness) -> None:
    assert refused(witness, asked(0, 5, key=new_signing_key()))[0] == 403
    text = Checkpoint(LOG.name, 5, TREE.root(5)).text
    only_cosigned = f"{text}\n{cosign(text, 'w.example', WITNESS_KEY, 1)}"
    assert refused(witness, CosignRequest(0, (), only_cosigned))[0] == 403
    altered = asked(0, 5).note.replace("\n5\n", "\n6\n")
    assert refused(witness, CosignRequest(0, (), altered))[0] == 403


@pytest.mark.parametrize("note", ["", "no note", "a\n\n— log.example AAAAAAA=\n"])
def test_what_is_no_checkpoint_is_a_bad_request(witness: LogWitness, note: str) -> None:
    assert refused(witness, CosignRequest(0, (), note))[0] == 400


def test_what_was_signed_is_remembered_by_whoever_comes_next(where: str, witness: LogWitness) -> None:
    witness.add_checkpoint(asked(0, 20), 1)
    again = LogWitness(where, name="w.example", key=WITNESS_KEY, logs=(LOG,))
    assert refused(again, asked(0, 8)) == (409, "20\n")
    again.close()


def test_what_strangers_signed_of_a_checkpoint_is_not_kept(witness: LogWitness) -> None:
    text = Checkpoint(LOG.name, 5, TREE.root(5)).text
    note = asked(0, 5).note
    witness.add_checkpoint(CosignRequest(0, (), note + cosign(text, "stranger.example", KEY, 1)), 1)
    assert "stranger" not in witness.seen()[0].note


def test_of_many_at_once_one_is_signed(witness: LogWitness) -> None:
    answers: list[int] = []

    def ask(new: int) -> None:
        try:
            witness.add_checkpoint(asked(0, new), 1)
            answers.append(200)
        except Refused as error:
            answers.append(error.status)

    threads = [Thread(target=ask, args=(new,)) for new in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 7]


def test_an_answer_counts_where_it_is_the_witness_who_signed_it() -> None:
    text = Checkpoint(LOG.name, 5, TREE.root(5)).text
    witness = Verifier("w.example", WITNESS_KEY.public, Kind.WITNESS)
    line = cosign(text, "w.example", WITNESS_KEY, 9)
    stranger = cosign(text, "w.example", KEY, 9)
    assert [one.line for one in cosignatures(stranger + line, text, witness)] == [line]
    for answer in ("", "\n", line[:-1], stranger, cosign(text + "x\n", "w.example", WITNESS_KEY, 9), "<html>\n"):
        with pytest.raises(ProofInvalid):
            cosignatures(answer, text, witness)


@pytest.mark.parametrize("size", [0, 7, 10, LARGEST])
def test_a_size_is_told_in_decimal_on_a_line_of_its_own(size: int) -> None:
    assert read_size(f"{size}\n") == size


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "\n",
        "7",
        "007\n",
        "+7\n",
        "-7\n",
        " 7\n",
        "7 \n",
        "7\r\n",
        "7\n\n",
        "7\n8\n",
        "1_000\n",
        "٧\n",
        "0x7\n",
        "7.0\n",
        f"{LARGEST + 1}\n",
        "9" * 5000 + "\n",
    ],
)
def test_a_size_in_any_other_spelling_is_none(answer: str) -> None:
    with pytest.raises(ProofInvalid, match="is no size of a log"):
        read_size(answer)
