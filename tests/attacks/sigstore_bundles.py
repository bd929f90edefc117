"""Sigstore bundles of every kind, in shape alone: what they hold is no key, no certificate and no signature."""

from __future__ import annotations

import base64
import json
from typing import Any

STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "model", "digest": {"sha256": "0" * 64}}],
    "predicateType": "https://model_signing/signature/v1.0",
    "predicate": {},
}
RAW = {"rawBytes": base64.b64encode(b"certificate").decode()}
ENTRY = {
    "logIndex": "598151086",
    "logId": {"keyId": "wNI9"},
    "kindVersion": {"kind": "dsse", "version": "0.0.1"},
    "integratedTime": "1760062340",
}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def envelope() -> dict[str, Any]:
    return {
        "payload": encoded(json.dumps(STATEMENT).encode()),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"sig": encoded(b"signature"), "keyid": ""}],
    }


def bundle(material: dict[str, Any], **more: Any) -> dict[str, Any]:
    media_type = "application/vnd.dev.sigstore.bundle.v0.3+json"
    return {"mediaType": media_type, "verificationMaterial": material, "dsseEnvelope": envelope()} | more


def by_key() -> dict[str, Any]:
    return bundle({"publicKey": {"hint": "0" * 64}, "tlogEntries": []})


def by_certificate() -> dict[str, Any]:
    return bundle({"x509CertificateChain": {"certificates": [RAW, RAW]}})


def keyless() -> dict[str, Any]:
    stamps = {"rfc3161Timestamps": [{"signedTimestamp": encoded(b"stamp")}]}
    return bundle({"certificate": RAW, "tlogEntries": [ENTRY], "timestampVerificationData": stamps})


def older_keyless() -> dict[str, Any]:
    material = {"x509CertificateChain": {"certificates": [RAW]}, "tlogEntries": [ENTRY]}
    return bundle(material, mediaType="application/vnd.dev.sigstore.bundle+json;version=0.2")


def of_one_file() -> dict[str, Any]:
    whole = bundle({"certificate": RAW, "tlogEntries": [ENTRY]})
    digest = {"algorithm": "SHA2_256", "digest": encoded(b"d" * 32)}
    del whole["dsseEnvelope"]
    return whole | {"messageSignature": {"messageDigest": digest, "signature": encoded(b"signature")}}


HONEST = {
    "model.sig": json.dumps(by_key()).encode(),
    "certificate.sig": json.dumps(by_certificate(), separators=(",", ":")).encode(),
    "keyless.sigstore": json.dumps(keyless(), indent=2).encode(),
    "older.sigstore.json": json.dumps(older_keyless(), indent=4).encode(),
    "model.safetensors.sigstore.json": json.dumps(of_one_file()).encode(),
}
