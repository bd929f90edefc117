"""Base64 in the one spelling that each run of bytes has.

Decoders let pass what nobody writes: line ends, signs of other alphabets, bits after the end. What is signed or compared as text
must not have a second spelling.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import b2a_base64

from hilt.core.errors import FormatError


def encode(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def decode(text: str) -> bytes:
    """What `encode` was given. Raises `FormatError` for any other spelling."""
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise FormatError(f"{text[:20]!a} is not base64") from error
    if encode(data) != text:
        raise FormatError(f"{text[:20]!a} is base64 with bits that mean nothing")
    return data
