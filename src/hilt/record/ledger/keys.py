"""Keys that sign entries of the log: Ed25519, and ECDSA on the curves P-256 and P-384.

Ed25519 is libsodium's, which verifies in half the time of OpenSSL: a log is verified whole. It also takes no signature that
anybody could have made, where OpenSSL takes some that whoever has the key can make for many texts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey as SodiumSigningKey
from nacl.signing import VerifyKey

from hilt.core.errors import FormatError
from hilt.knowledge.provenance.keys import any_private_key, any_public_key, kind
from hilt.record.ledger.exact_base64 import decode, encode

ED25519 = "PKIX_ED25519"
_ECDSA = {
    "secp256r1": ("PKIX_ECDSA_P256_SHA_256", ec.ECDSA(SHA256())),
    "secp384r1": ("PKIX_ECDSA_P384_SHA_384", ec.ECDSA(SHA384())),
}
"""For each curve what Rekor calls its keys, and how they sign."""
_ALLOWED = "entries are signed with keys of Ed25519, or of ECDSA on the curves P-256 and P-384, alone"
_LARGEST_DER = 200
"""Bytes of a public key; one on P-384 has 120."""

_FIELD = (1 << 255) - 19
_LOW_ORDER = (
    0,
    1,
    _FIELD - 1,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
)
"""What the points of low order have as their y. With such a key, which no honest program makes, anybody can sign anything."""

_Public = VerifyKey | ec.EllipticCurvePublicKey
_Private = SodiumSigningKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Half of a key that everybody may know. `details` is what Rekor calls its kind."""

    der: bytes
    """SubjectPublicKeyInfo."""
    text: str = field(compare=False)
    """Base64 of `der`: how events, envelopes and the table `keys` name a key."""
    details: str = field(compare=False)
    _key: _Public = field(compare=False, repr=False)

    def holds(self, signature: bytes, data: bytes) -> bool:
        """Did whoever has the other half sign `data`?"""
        try:
            if isinstance(self._key, VerifyKey):
                self._key.verify(data, signature)
            else:
                self._key.verify(signature, data, _ECDSA[self._key.curve.name][1])
        except (InvalidSignature, BadSignatureError, ValueError):  # ValueError: not 64 bytes
            return False
        return True

    def pem(self) -> bytes:
        return load_der_public_key(self.der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def of_pem(cls, pem: bytes) -> PublicKey:
        """The public key in `pem`. Raises `FormatError` where there is none, or of another kind."""
        return _of(any_public_key(pem))

    @classmethod
    def of_der(cls, der: bytes) -> PublicKey:
        """The key of a SubjectPublicKeyInfo. Raises `FormatError`."""
        try:
            public = _of(load_der_public_key(der[:_LARGEST_DER]))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise FormatError(f"{der[:20].hex()}... is no public key in DER") from error
        if public.der != der:  # one key has one name
            raise FormatError("a public key that is not spelled in the one way that DER and named curves allow")
        return public

    @classmethod
    def of_text(cls, text: str) -> PublicKey:
        """The key that `text` names. Raises `FormatError`."""
        return _of_text(text)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both halves of a key."""

    public: PublicKey
    _key: _Private = field(compare=False, repr=False)

    def pem(self, passphrase: bytes | None) -> bytes:
        """In PEM (PKCS #8), encrypted with `passphrase` where there is one."""
        closed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        key = self._key
        whole = Ed25519PrivateKey.from_private_bytes(bytes(key)) if isinstance(key, SodiumSigningKey) else key
        return whole.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closed)

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, SodiumSigningKey):
            return self._key.sign(data).signature
        return self._key.sign(data, _ECDSA[self._key.curve.name][1])

    def derived(self, purpose: str) -> bytes:
        """32 bytes that whoever has both halves comes to, for each purpose others, and nobody else. Nothing leads back from them."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hilt {purpose}".encode()).derive(self.pem(None))


def read_signing_key(pem: bytes, passphrase: bytes | None = None) -> SigningKey:
    """The private key in `pem`, which `passphrase` opens where it is encrypted. Raises `FormatError`."""
    return _signing(any_private_key(pem, passphrase))


def new_signing_key() -> SigningKey:
    """A key of Ed25519 that nobody else has."""
    return _signing(Ed25519PrivateKey.generate())


def signing_key_pem(key: SigningKey, passphrase: bytes | None) -> bytes:
    """`key` in PEM, encrypted with `passphrase` where there is one."""
    return key.pem(passphrase)


def _signing(key: object) -> SigningKey:
    match key:
        case Ed25519PrivateKey():
            return SigningKey(_of(key.public_key()), SodiumSigningKey(key.private_bytes_raw()))
        case ec.EllipticCurvePrivateKey():
            return SigningKey(_of(key.public_key()), key)
    raise FormatError(f"{kind(key)}; {_ALLOWED}")


def _of(key: object) -> PublicKey:
    match key:
        case Ed25519PublicKey():
            if not _is_strong(key):
                raise FormatError("an Ed25519 key with which anybody could sign: it was made to be none")
            return _public(key, ED25519, VerifyKey(key.public_bytes_raw()))
        case ec.EllipticCurvePublicKey() if key.curve.name in _ECDSA:
            return _public(key, _ECDSA[key.curve.name][0], key)
    raise FormatError(f"{kind(key)}; {_ALLOWED}")


def _public(key: Ed25519PublicKey | ec.EllipticCurvePublicKey, details: str, verifies: _Public) -> PublicKey:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(der, encode(der), details, verifies)


def _is_strong(key: Ed25519PublicKey) -> bool:
    y = int.from_bytes(key.public_bytes_raw(), "little") & (1 << 255) - 1
    return y < _FIELD and y not in _LOW_ORDER


@lru_cache(maxsize=1024)
def _of_text(text: str) -> PublicKey:
    """Remembered, for a million entries are signed with a handful of keys."""
    return PublicKey.of_der(decode(text))
