"""Receipts of a small log, signed with keys of every kind."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.ledger.keys import SigningKey, read_signing_key
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import inclusion, leaf_hash, node_hash, root
from hilt.record.ledger.notes import Verifier, sign_note
from hilt.record.ledger.receipts import Receipt

ORIGIN = "log.example/models"


def _signing(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> SigningKey:
    return read_signing_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def ed25519_key(seed: int) -> SigningKey:
    return _signing(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


KEYS = {
    "Ed25519": ed25519_key(1),
    "P-256": _signing(ec.derive_private_key(7, ec.SECP256R1())),
    "P-384": _signing(ec.derive_private_key(7, ec.SECP384R1())),
}
LOG_KEY, OTHER_LOG_KEY = ed25519_key(2), ed25519_key(3)
LOG, OTHER_LOG = Verifier(ORIGIN, LOG_KEY.public), Verifier("other.example", OTHER_LOG_KEY.public)


def envelopes(key: SigningKey, size: int) -> list[Envelope]:
    return [sign(b'{"_type":"https://in-toto.io/Statement/v1","number":%d}' % number, key) for number in range(size)]


def receipt(
    kind: str = "Ed25519", index: int = 3, size: int = 7, *, by: SigningKey = LOG_KEY, origin: str = ORIGIN
) -> Receipt:
    """The receipt of one of `size` entries, in a log that the key `by` signs for."""
    entries = envelopes(KEYS[kind], size)
    leaves = [leaf_hash(leaf(entry)) for entry in entries]

    def subtree(level: int, number: int) -> bytes:
        return (
            node_hash(subtree(level - 1, 2 * number), subtree(level - 1, 2 * number + 1)) if level else leaves[number]
        )

    def read(named: Sequence[tuple[int, int]]) -> list[bytes]:
        return [subtree(*one) for one in named]

    note = sign_note(Checkpoint(origin, size, root(size, read)).text, origin, by)
    return Receipt(entries[index], index, size, inclusion(index, size, read), note)
