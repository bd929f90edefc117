"""What the log holds of an envelope: an entry of Rekor v2, `hashedrekord` 0.0.2, over the bytes that were signed.

The payload itself is not in it, only its digest: a payload can be large, kept from others or erased, and is still proven.
Specification: Rekor v2, `hashedrekord` 0.0.2, in the canonical JSON of RFC 8785.
"""

from __future__ import annotations

from hashlib import sha256

from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.exact_base64 import encode

KIND, VERSION = "hashedrekord", "0.0.2"
_LEAF = (
    '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":'
    '{"data":{"algorithm":"SHA2_256","digest":"%s"},'
    '"signature":{"content":"%s","verifier":{"keyDetails":"%s","publicKey":{"rawBytes":"%s"}}}}}}'
)
"""Keys in the order of RFC 8785; base64 and the names of keys need no escapes."""


def leaf(envelope: Envelope) -> bytes:
    """The bytes of the entry for `envelope`."""
    key = envelope.key
    digest = encode(sha256(envelope.signed).digest())
    return (_LEAF % (digest, encode(envelope.signature), key.details, key.text)).encode("ascii")
