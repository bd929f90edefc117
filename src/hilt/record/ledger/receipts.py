"""The proof that an entry is in the log, in one file that verifies on any machine which has the log's verifier key.

A receipt is a Sigstore bundle: the envelope, the entry, its path to the root and the signed checkpoint. So Sigstore's own
verifiers take it, with `trusted_root` in place of Sigstore's.

Specification: Sigstore, protobuf-specs, sigstore_bundle.proto (v0.3) and sigstore_trustroot.proto, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hilt.core.errors import FormatError, ProofInvalid
from hilt.core.limits import Limits
from hilt.formats.sigstore_bundle import strict_json
from hilt.record.ledger.checkpoints import Checkpoint, open_checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.exact_base64 import encode
from hilt.record.ledger.exact_number import is_number
from hilt.record.ledger.leaves import KIND, VERSION, leaf
from hilt.record.ledger.merkle import check_inclusion, leaf_hash
from hilt.record.ledger.notes import Verifier, decoded, read_note

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
LARGEST = 4_000_000
"""Bytes of a receipt: a note has a million at most, and what is stated of a model some thousand."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An envelope, where its entry stands in a tree of `size` entries, and the `note` of the checkpoint of that tree."""

    envelope: Envelope
    index: int
    size: int
    path: tuple[bytes, ...]
    note: str


def bundle(receipt: Receipt, verifiers: Sequence[Verifier]) -> bytes:
    """The file. `verifiers` are the keys of the log; raises `ProofInvalid` where none of them signed the checkpoint."""
    checkpoint, note = open_checkpoint(receipt.note, verifiers)
    signed = {(one.name, one.id) for one in note.signatures}
    log = next(one for one in verifiers if one.name == checkpoint.origin and (one.name, one.id) in signed)
    return json.dumps(_document(receipt, log.whole_id), indent=2).encode()


def read_receipt(data: bytes) -> Receipt:
    """The receipt that `data` is; whether it holds is for `check_receipt` to say. Raises `ProofInvalid`."""
    if len(data) > LARGEST:
        raise ProofInvalid(f"receipt: more than {LARGEST} bytes")
    try:
        told = strict_json(data, Limits())
        receipt, key_id = _read(told)
    except FormatError as error:
        raise ProofInvalid(f"receipt: {error}") from None
    if different := _first_difference(told, _document(receipt, key_id), ""):
        raise ProofInvalid(f"receipt: {different} is not what follows from the rest of it")
    if key_id[:4] not in (one.id for one in read_note(receipt.note).signatures):
        raise ProofInvalid("receipt: logId names a log that has not signed the checkpoint")
    return receipt


def check_receipt(receipt: Receipt, verifiers: Sequence[Verifier]) -> None:
    """Raises `ProofInvalid` unless the envelope is signed, and in the log whose key is among `verifiers`."""
    envelope = receipt.envelope
    if not envelope.holds():
        raise ProofInvalid(f"envelope: the signature does not hold for the key {envelope.key.text}")
    checkpoint, _ = open_checkpoint(receipt.note, verifiers)
    if checkpoint.size != receipt.size:
        raise ProofInvalid(f"checkpoint: it is of {checkpoint.size} entries, and the proof of {receipt.size}")
    check_inclusion(leaf_hash(leaf(envelope)), receipt.index, receipt.size, receipt.path, checkpoint.root)


def trusted_root(verifiers: Sequence[Verifier]) -> bytes:
    """What Sigstore's verifiers need to know of the log in place of Sigstore's own: a `trusted_root.json`."""
    logs = [
        {
            "baseUrl": one.name,
            "hashAlgorithm": "SHA2_256",
            "publicKey": {"rawBytes": one.key.text, "keyDetails": one.key.details},
            "logId": {"keyId": encode(one.whole_id)},
        }
        for one in verifiers
    ]
    document = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": logs}
    return json.dumps(document, indent=2).encode()


def _document(receipt: Receipt, key_id: bytes) -> dict[str, Any]:
    root = Checkpoint.read(read_note(receipt.note).text).root
    entry = {
        "logIndex": str(receipt.index),
        "logId": {"keyId": encode(key_id)},
        "kindVersion": {"kind": KIND, "version": VERSION},
        "integratedTime": "0",
        "inclusionProof": {
            "logIndex": str(receipt.index),
            "rootHash": encode(root),
            "treeSize": str(receipt.size),
            "hashes": [encode(one) for one in receipt.path],
            "checkpoint": {"envelope": receipt.note},
        },
        "canonicalizedBody": encode(leaf(receipt.envelope)),
    }
    return {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": receipt.envelope.key.text}, "tlogEntries": [entry]},
        "dsseEnvelope": json.loads(receipt.envelope.text()),
    }


def _read(told: Any) -> tuple[Receipt, bytes]:
    """What cannot be told from the rest: the receipt, and the id of the log."""
    match told:
        case {
            "verificationMaterial": {
                "tlogEntries": [
                    {
                        "logId": {"keyId": str(key_id)},
                        "inclusionProof": {
                            "logIndex": str(index),
                            "treeSize": str(size),
                            "hashes": [*path],
                            "checkpoint": {"envelope": str(note)},
                        },
                    }
                ]
            },
            "dsseEnvelope": envelope,
        } if all(isinstance(one, str) for one in path) and is_number(index) and is_number(size):
            hashes = tuple(decoded("receipt", one) for one in path)
            receipt = Receipt(Envelope.of_json(envelope), int(index), int(size), hashes, note)
            return receipt, decoded("receipt", key_id)
    raise FormatError("no Sigstore bundle with an envelope and the inclusion proof of one entry")


def _first_difference(told: Any, ours: Any, where: str) -> str:
    """The key path at which two JSON values differ first, empty where they do not."""
    if isinstance(told, dict) and isinstance(ours, dict):
        for key in ours | told:
            if different := _first_difference(told.get(key), ours.get(key), f"{where}.{key[:80]}".removeprefix(".")):
                return different
        return ""
    if isinstance(told, list) and isinstance(ours, list) and len(told) == len(ours):
        pairs = enumerate(zip(told, ours, strict=True))
        return next((found for i, (a, b) in pairs if (found := _first_difference(a, b, f"{where}[{i}]"))), "")
    return "" if type(told) is type(ours) and told == ours else where
