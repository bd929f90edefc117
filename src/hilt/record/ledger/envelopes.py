"""What somebody stated, and their signature on it: an envelope of DSSE v1.0.2 with one signature.

The envelope names the whole public key and not a hint of it, so that it verifies by itself.
"""

from __future__ import annotations

from binascii import a2b_base64
from typing import Any, NamedTuple

from hilt.core.errors import FormatError
from hilt.knowledge.provenance.dsse import IN_TOTO, signed_bytes
from hilt.record.ledger.exact_base64 import decode, encode
from hilt.record.ledger.keys import PublicKey, SigningKey

_TEXT = f'{{"payload":"%s","payloadType":"{IN_TOTO}","signatures":[{{"keyid":"%s","sig":"%s"}}]}}'
"""Base64 needs no escapes in JSON, so that this needs no encoder, which would cost as much as the signature."""


class Envelope(NamedTuple):
    payload: bytes
    signature: bytes
    key: PublicKey

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is made over."""
        return signed_bytes(IN_TOTO, self.payload)

    def holds(self) -> bool:
        """Did whoever has the key sign the payload?"""
        return self.key.holds(self.signature, self.signed)

    def text(self) -> str:
        """As JSON, in the one way in which it is stored."""
        return _TEXT % (encode(self.payload), self.key.text, encode(self.signature))

    @classmethod
    def read(cls, text: str) -> Envelope:
        """What `text` wrote. Raises `FormatError` for anything else; whether it holds is another question."""
        values = text.split('"', 18)[3:18:2]  # no base64 holds a quotation mark
        try:
            payload, _, _, _, _, key, _, signature = values
            envelope = cls(a2b_base64(payload), a2b_base64(signature), PublicKey.of_text(key))
        except ValueError as error:
            raise FormatError("an envelope that is not written as hilt writes one") from error
        if envelope.text() != text:  # what has two spellings has two readings
            raise FormatError("an envelope that is not written as hilt writes one")
        return envelope

    @classmethod
    def of_json(cls, value: Any) -> Envelope:
        """The envelope that JSON has made `value` of. Raises `FormatError`."""
        match value:
            case {
                "payload": str(payload),
                "payloadType": str(payload_type),
                "signatures": [{"keyid": str(key), "sig": str(signature), **beside}],
                **rest,
            } if not rest and not beside:
                if payload_type != IN_TOTO:
                    raise FormatError(f"an envelope around {payload_type[:80]!a}, not around a statement of in-toto")
                return cls(decode(payload), decode(signature), PublicKey.of_text(key))
        raise FormatError("no envelope of DSSE with a payload, its type and one signature whose keyid is a public key")


def sign(payload: bytes, key: SigningKey) -> Envelope:
    """`payload`, a statement of in-toto in JSON, signed with `key`."""
    return Envelope(payload, key.sign(signed_bytes(IN_TOTO, payload)), key.public)
