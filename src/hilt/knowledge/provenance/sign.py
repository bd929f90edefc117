"""Writes a signature: a statement and a private key become a bundle, as `model-signing` reads it."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from hilt.core.errors import FormatError
from hilt.formats.sigstore_bundle import CURRENT
from hilt.knowledge.provenance import certificates, dsse, keys, statement


def sign(
    stated: statement.Statement,
    key: keys.PrivateKey,
    chain: Sequence[certificates.Certificate] = (),
    *,
    for_model_signing: bool = False,
) -> bytes:
    """The bundle that says with `key` what `stated` says. `chain` begins with the certificate of the key, and is empty where the
    key alone is known. With `for_model_signing`, shards are spelled so that `model-signing` 1.1.1 verifies them."""
    payload = statement.write(stated, for_model_signing=for_model_signing)
    if chain and certificates.key_of(chain[0]) != key.public_key():
        raise FormatError(f"the private key does not belong to the certificate of {certificates.name_of(chain[0])}")
    material: dict[str, Any] = {"publicKey": {"hint": keys.hint(key.public_key())}}
    if chain:
        listed = [{"rawBytes": _base64(certificates.der_of(certificate))} for certificate in chain]
        material = {"x509CertificateChain": {"certificates": listed}}
    signature = keys.sign(key, dsse.signed_bytes(dsse.IN_TOTO, payload))
    bundle = {
        "mediaType": CURRENT[0],
        "verificationMaterial": material | {"tlogEntries": []},
        "dsseEnvelope": {
            "payload": _base64(payload),
            "payloadType": dsse.IN_TOTO,
            "signatures": [{"sig": _base64(signature), "keyid": ""}],
        },
    }
    return json.dumps(bundle).encode() + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
