"""A private key, sealed: of no use to whoever has the database and neither the password nor the secret of a pass.

    password$SALT$BOX    the key of the box is argon2id of a password, as RFC 9106 recommends it second: 3 passes, 64 MiB, 4 lanes
    secret$BOX           the key of the box is HKDF-SHA256 of a secret with at least 256 random bits

A box is AES-256-GCM: a nonce of 12 bytes, then the private key in PEM. What it is `about` is not in it, and it opens with nothing
else: who it belongs to, until when, and what for cannot be changed without the secret. A wrong password does not open the box, and
that is how it is known to be wrong: no other hash of it is kept.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from secrets import token_bytes
from threading import BoundedSemaphore
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hilt.core.errors import FormatError, MissingExtra
from hilt.record.ledger.keys import SigningKey, read_signing_key

PASSES, KIBIBYTES, LANES = 3, 1 << 16, 4
_SALT, _NONCE, _KEY = 16, 12, 32
_AT_ONCE = BoundedSemaphore(4)
"""Each takes 64 MiB, and anybody may ask for one."""

NO_ACCOUNT = f"password${b64encode(bytes(_SALT)).decode()}${b64encode(bytes(147)).decode()}"
"""What no password opens, and takes as long as any other."""


def seal_with_password(key: SigningKey, password: str, about: str) -> str:
    salt = token_bytes(_SALT)
    return f"password${_text(salt)}${_boxed(key, _stretched(password, salt), about)}"


def open_with_password(sealed: str, password: str, about: str) -> SigningKey | None:
    """The private key; None where the password is wrong, or something was changed."""
    match sealed.split("$"):
        case ["password", salt, box]:
            return _unboxed(box, _stretched(password, _data(salt)), about)
    return None


def seal_with_secret(key: SigningKey, secret: bytes, about: str) -> str:
    return f"secret${_boxed(key, _derived(secret), about)}"


def open_with_secret(sealed: str, secret: bytes, about: str) -> SigningKey | None:
    """The private key; None where it was sealed with another secret, or something was changed."""
    match sealed.split("$"):
        case ["secret", box]:
            return _unboxed(box, _derived(secret), about)
    return None


def _stretched(password: str, salt: bytes) -> bytes:
    try:
        from argon2.low_level import Type, hash_secret_raw
    except ImportError:
        raise MissingExtra("signing in with a password", "serve") from None
    spelled = normalize("NFC", password).encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        return hash_secret_raw(spelled, salt.ljust(8), PASSES, KIBIBYTES, LANES, _KEY, Type.ID)


def _derived(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"hilt sealed key").derive(secret)


def _boxed(key: SigningKey, with_key: bytes, about: str) -> str:
    nonce = token_bytes(_NONCE)
    return _text(nonce + AESGCM(with_key).encrypt(nonce, key.pem(None), about.encode()))


def _unboxed(box: str, with_key: bytes, about: str) -> SigningKey | None:
    data = _data(box)
    try:
        return read_signing_key(AESGCM(with_key).decrypt(data[:_NONCE], data[_NONCE:], about.encode()))
    except (InvalidTag, ValueError, FormatError):
        return None


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _data(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:  # somebody changed the row
        return b""
