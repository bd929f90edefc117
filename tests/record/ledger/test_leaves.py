from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest

from hilt.record.ledger.envelopes import sign
from hilt.record.ledger.leaves import leaf
from sample_receipts import KEYS


@pytest.mark.parametrize("kind", KEYS)
def test_a_leaf_is_a_hashedrekord_in_canonical_json(kind: str) -> None:
    envelope = sign(b'{"text":"not in the leaf"}', KEYS[kind])
    data = leaf(envelope)
    told = json.loads(data)
    digest = sha256(b"DSSEv1 28 application/vnd.in-toto+json 26 " + envelope.payload).digest()
    assert told == {
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {
            "hashedRekordV002": {
                "data": {"algorithm": "SHA2_256", "digest": base64.b64encode(digest).decode()},
                "signature": {
                    "content": base64.b64encode(envelope.signature).decode(),
                    "verifier": {"keyDetails": envelope.key.details, "publicKey": {"rawBytes": envelope.key.text}},
                },
            }
        },
    }
    # RFC 8785 for ASCII: sorted keys, no blanks.
    assert data == json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def test_a_leaf_is_of_one_envelope_alone() -> None:
    first, second = (sign(payload, KEYS["Ed25519"]) for payload in (b"1", b"2"))
    others = (second, first._replace(signature=second.signature), first._replace(payload=b"2"))
    assert len({leaf(one) for one in (first, *others)}) == 4
