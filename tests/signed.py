"""Models with signatures for tests: keys, authorities and bundles, all made here; and bundles changed and signed anew."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import blake3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hilt.core.context import Signer
from hilt.core.limits import Limits
from hilt.knowledge.provenance import certificates, dsse, keys, manifest, sign, statement, verify
from workplace import SHARED

LIMITS = Limits()
NOW = "2026-06-01T12:00:00+00:00"
VECTORS = SHARED / "data" / "oms"
"""What the specification publishes; the project carries no copy."""

KEYS = {
    "P-256": ec.derive_private_key(2**200 + 1, ec.SECP256R1()),
    "P-384": ec.derive_private_key(2**300 + 1, ec.SECP384R1()),
    "P-521": ec.derive_private_key(2**400 + 1, ec.SECP521R1()),
}
KEY, OTHER_KEY = KEYS["P-256"], ec.derive_private_key(2**200 + 7, ec.SECP256R1())
CODE = (ExtendedKeyUsageOID.CODE_SIGNING,)
HASHES: dict[str, Callable[[bytes], Any]] = {
    "sha256": hashlib.sha256,
    "blake2b": hashlib.blake2b,
    "blake3": blake3.blake3,
}
MODEL = {"config.json": b"{}", "model.safetensors": b"weights" * 40, "sub/a.txt": b"a", "sub-b.txt": b"b"}


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: Any, password: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))


def trusting(key: ec.EllipticCurvePrivateKey = KEY, name: str = "acme") -> Signer:
    return Signer(name=name, kind="key", pem=public_pem(key))


def found(
    files: Mapping[str, bytes] = MODEL, algorithm: str = "sha256", shard_size: int = 0
) -> tuple[manifest.File, ...]:
    """`files` with their digests, as somebody who read them would have them."""
    digest = HASHES[algorithm]
    return tuple(
        manifest.File(
            path,
            len(data),
            tuple(digest(data[start:end]).hexdigest() for start, end in manifest.shards(len(data), shard_size))
            if shard_size
            else (digest(data).hexdigest(),),
        )
        for path, data in files.items()
    )


def stated(files: Mapping[str, bytes] = MODEL, **options: Any) -> statement.Statement:
    algorithm, shard_size = options.get("algorithm", "sha256"), options.get("shard_size", 0)
    return manifest.build("model", found(files, algorithm, shard_size), **options)


@cache
def bundle() -> bytes:
    """`MODEL`, signed with `KEY`."""
    return sign.sign(stated(), KEY)


def answer(data: bytes, *signers: Signer, files: Mapping[str, bytes] = MODEL, now: str = NOW, **more: Any) -> Any:
    """What hilt says of the bundle over `files`."""
    signature = verify.read(data, LIMITS)
    listed = found(files, signature.statement.algorithm, signature.statement.shard_size)
    return verify.verify(signature, listed, signers, now, **more)


def resigned(change: Callable[[dict[str, Any]], Any], key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    """The bundle with its statement changed, and a signature that holds over the change: what a hostile signer makes."""
    document = json.loads(statement.write(stated()))
    change(document)
    return signed_payload(json.dumps(document).encode(), key)


def signed_payload(payload: bytes, key: ec.EllipticCurvePrivateKey = KEY, payload_type: str = dsse.IN_TOTO) -> bytes:
    whole = json.loads(bundle())
    signature = keys.sign(key, dsse.signed_bytes(payload_type, payload))
    whole["verificationMaterial"]["publicKey"]["hint"] = keys.hint(key.public_key())
    whole["dsseEnvelope"] = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(whole).encode()


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The bundle with its outside changed."""
    whole = copy.deepcopy(json.loads(bundle()))
    change(whole)
    return json.dumps(whole).encode()


class Certified(NamedTuple):
    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def certified(
    name: str,
    issuer: Certified | None = None,
    *,
    ca: bool = False,
    key: Any = KEY,
    years: tuple[int, int] = (2025, 2035),
    uses: Sequence[x509.ObjectIdentifier] | None = None,
    usage: Mapping[str, bool] | None = None,
    length: int | None = None,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    algorithm: hashes.HashAlgorithm | None = None,
) -> Certified:
    """A certificate that `issuer` signed, or it itself."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(issuer.certificate.subject if issuer else named)
        .public_key(key.public_key())
        .serial_number(1000 + len(name))
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=length), critical=True)
    )
    if uses is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    flags = dict.fromkeys(
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only".split(),
        False,
    )
    builder = builder.add_extension(x509.KeyUsage(**(flags | dict(usage or default_usage(ca)))), critical=True)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    signer = issuer.key if issuer else key
    own_hash = isinstance(signer, ed25519.Ed25519PrivateKey)
    return Certified(builder.sign(signer, None if own_hash else algorithm or hashes.SHA256()), key)


def default_usage(ca: bool) -> dict[str, bool]:
    return {"key_cert_sign": True} if ca else {"digital_signature": True}


@cache
def authority() -> tuple[Certified, Certified]:
    """A root, and an authority below it."""
    root = certified("root", ca=True, key=KEYS["P-384"])
    return root, certified("authority", root, ca=True, key=KEYS["P-521"])


def chained(leaf: Certified, *others: Certified, files: Mapping[str, bytes] = MODEL) -> bytes:
    """`MODEL`, signed with the key of `leaf`, with the chain that it brings along."""
    return sign.sign(stated(files), leaf.key, [one.certificate for one in (leaf, *others)])


def trusting_root(root: Certified | None = None, name: str = "acme") -> Signer:
    return Signer(name=name, kind="certificate", pem=(root or authority()[0]).pem)


def der(one: Certified) -> bytes:
    return certificates.der_of(one.certificate)
