"""Proofs in one file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress

import pytest

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.checkpoints import Checkpoint, cosign, open_checkpoint
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.merkle import check_inclusion
from hilt.record.ledger.notes import LARGEST, Kind, Verifier, sign_note
from hilt.record.ledger.proofs import TlogProof
from merkle_trees import Tree

TREE = Tree(50)
KEY, WITNESS_KEY = new_signing_key(), new_signing_key()
LOG = Verifier("log.example", KEY.public)
WITNESS = Verifier("w.example", WITNESS_KEY.public, Kind.WITNESS)
CHECKPOINT = Checkpoint(LOG.name, 50, TREE.root())
NOTE = sign_note(CHECKPOINT.text, LOG.name, KEY) + cosign(CHECKPOINT.text, WITNESS.name, WITNESS_KEY, 7)
PROOF = TlogProof(index=17, path=TREE.path(17, 50), note=NOTE)


def check(proof: TlogProof, leaf: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint to which a proof leads."""
    checkpoint, _ = open_checkpoint(proof.note, verifiers)
    check_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def test_a_proof_is_written_as_the_specification_has_it() -> None:
    lines = PROOF.text.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 17"]
    assert [len(line) for line in lines[2:8]] == [44] * 6
    assert lines[8:11] == ["", "log.example", "50"]
    with_more = TlogProof(index=17, path=PROOF.path, note=NOTE, extra=b"more")
    assert with_more.text.split("\n")[1] == "extra bW9yZQ=="
    assert TlogProof.read(with_more.text.encode()) == with_more


def test_a_proof_is_read_as_it_was_written_and_holds() -> None:
    read = TlogProof.read(PROOF.text.encode())
    assert read == PROOF
    assert check(read, TREE.leaves[17], [LOG, WITNESS]) == CHECKPOINT


def test_the_only_entry_of_a_log_has_an_empty_path() -> None:
    checkpoint = Checkpoint(LOG.name, 1, TREE.root(1))
    proof = TlogProof(index=0, path=(), note=sign_note(checkpoint.text, LOG.name, KEY))
    assert check(TlogProof.read(proof.text.encode()), TREE.leaves[0], [LOG]) == checkpoint


def test_a_proof_holds_for_its_entry_and_place_alone() -> None:
    with pytest.raises(ProofInvalid, match="leads to the root"):
        check(PROOF, TREE.leaves[16], [LOG])
    for index in range(52):
        if index != 17:
            with pytest.raises(ProofInvalid, match="inclusion proof"):
                check(TlogProof(index=index, path=PROOF.path, note=NOTE), TREE.leaves[17], [LOG])


def test_a_proof_by_nobody_who_is_trusted_does_not_hold() -> None:
    for verifiers in ([], [WITNESS], [Verifier(LOG.name, WITNESS_KEY.public)]):
        with pytest.raises(ProofInvalid):
            check(PROOF, TREE.leaves[17], verifiers)


def test_every_beginning_of_a_proof_is_refused() -> None:
    data = PROOF.text.encode()
    first = data.index(b"\xe2\x80\x94 w.example")
    for length in range(len(data)):
        if length == first:
            continue  # with the signature of the log, and none of the witness
        with pytest.raises(ProofInvalid):
            check(TlogProof.read(data[:length]), TREE.leaves[17], [LOG])


def test_every_bit_of_a_proof_counts() -> None:
    alone = TlogProof(index=17, path=PROOF.path, note=sign_note(CHECKPOINT.text, LOG.name, KEY))
    data = alone.text.encode()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofInvalid):
            check(TlogProof.read(bytes(changed)), TREE.leaves[17], [LOG])


def test_proofs_changed_at_random_raise_nothing_else() -> None:
    chance = random.Random(8)
    for _ in range(500):
        data = bytearray(PROOF.text.encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 4))
        with suppress(ProofInvalid):
            assert TlogProof.read(bytes(data)).text.encode() == bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\n",
        b"c2sp.org/tlog-proof@v1\nindex -1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\n",
        b"c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1\n\n",
        b"c2sp.org/tlog-proof@v1\nextra\nindex 1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 1\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 63 + b"\n",
        b"a" * (2 * LARGEST + 1),
    ],
)
def test_no_other_text_is_a_proof(data: bytes) -> None:
    with pytest.raises(ProofInvalid, match="proof: "):
        TlogProof.read(data)
