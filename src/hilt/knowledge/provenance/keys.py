"""Keys in PEM, those of them that OpenSSF Model Signing allows (on the curves P-256, P-384 and P-521), and the hint by which a
bundle names one.
"""

from __future__ import annotations

import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from hilt.core.errors import FormatError

PublicKey = ec.EllipticCurvePublicKey
PrivateKey = ec.EllipticCurvePrivateKey

HASHES: dict[str, type[HashAlgorithm]] = {"secp256r1": SHA256, "secp384r1": SHA384, "secp521r1": SHA512}
"""The curves of OMS, and the hash that goes with each."""

_ALLOWED = "OpenSSF Model Signing allows EC keys on the curves P-256, P-384 and P-521 alone"
_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")


def read_public_key(pem: bytes) -> PublicKey:
    """The public key in `pem`. Raises `FormatError` where there is none that OMS allows."""
    return allowed(any_public_key(pem))


def any_public_key(pem: bytes) -> object:
    """The public key in `pem`, of whatever kind. Raises `FormatError`."""
    label = _label(pem)
    if "PRIVATE" in label:
        raise FormatError("this is a private key: keep it to yourself, and give the public key that belongs to it")
    if "CERTIFICATE" in label:
        raise FormatError("this is a certificate, not a public key")
    if (count := pem.count(b"-----BEGIN ")) > 1:
        raise FormatError(f"this holds {count} keys, and a signer has one")
    try:
        return load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FormatError(f"no public key in PEM: {_found(label)}") from error


def read_private_key(pem: bytes, password: bytes | None = None) -> PrivateKey:
    """The private key in `pem`, which `password` opens where it is encrypted. Raises `FormatError` where OMS does not allow it."""
    key = any_private_key(pem, password)
    if not isinstance(key, PrivateKey) or key.curve.name not in HASHES:
        raise FormatError(f"{kind(key)}; {_ALLOWED}")
    return key


def any_private_key(pem: bytes, password: bytes | None = None) -> object:
    """The private key in `pem`, of whatever kind, which `password` opens where it is encrypted. Raises `FormatError`."""
    label = _label(pem)
    if label == "OPENSSH PRIVATE KEY":
        raise FormatError("this is a private key in the form of OpenSSH; `ssh-keygen -p -m PKCS8 -f COPY` writes PEM")
    if "PRIVATE" not in label:
        raise FormatError(f"no private key in PEM: {_found(label)}")
    encrypted = b"ENCRYPTED" in pem
    if encrypted and password is None:
        raise FormatError("the private key is encrypted, and no password was given")
    try:
        return load_pem_private_key(pem, password if encrypted else None)
    except UnsupportedAlgorithm as error:
        raise FormatError("a private key of a kind that is not known") from error
    except (ValueError, TypeError) as error:
        why = "the password is wrong, or the private key is damaged" if encrypted else "the private key is damaged"
        raise FormatError(why) from error


def read_raw_key(data: bytes) -> PublicKey:
    """The public key that older bundles hold themselves, in PEM or DER."""
    try:
        return read_public_key(data) if data.startswith(b"-----") else allowed(load_der_public_key(data))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FormatError("the bundle's publicKey is no key") from error


def allowed(key: object) -> PublicKey:
    """`key`, where OMS allows it."""
    if not isinstance(key, PublicKey) or key.curve.name not in HASHES:
        raise FormatError(f"{kind(key)}; {_ALLOWED}")
    return key


def hint(key: PublicKey) -> str:
    """By which a bundle names `key`: SHA-256 of its PEM text, in hex."""
    return hashlib.sha256(pem_of(key)).hexdigest()


def pem_of(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sign(key: PrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(HASHES[key.curve.name]()))


def holds(key: PublicKey, signature: bytes, data: bytes, *, always_sha256: bool = False) -> bool:
    """Did whoever has the private key of `key` sign `data`? `model-signing` before 1.0 took SHA-256 for every certificate."""
    try:
        key.verify(signature, data, ec.ECDSA(SHA256() if always_sha256 else HASHES[key.curve.name]()))
    except InvalidSignature:
        return False
    return True


def _label(pem: bytes) -> str:
    """What the PEM says that it is; OpenSSL writes the curve before the key."""
    found = [label.decode() for label in _LABEL.findall(pem)]
    return next((label for label in found if label != "EC PARAMETERS"), found[0] if found else "")


def _found(label: str) -> str:
    article = "an" if label.startswith(("E", "O")) else "a"
    return f"there is {article} {label}" if label else "no `-----BEGIN` stands in it"


def kind(key: object) -> str:
    """Of which kind a key is, public or private."""
    if isinstance(key, PublicKey | PrivateKey):
        return f"an EC key on the curve {key.curve.name}"
    name = type(key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey")
    return f"a key of {name.lstrip('_').removeprefix('X509') or 'another kind'}"
