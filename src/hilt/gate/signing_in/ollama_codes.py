"""ollama-codes: what an Ollama that nobody knows prints once it has proven its key, and whoever uses it gives on the page of their account.

So nobody adds the key of an Ollama that they cannot use. A code holds the SHA-256 of the key and when the code ends, with a signature by which
all servers of a record know it; it is kept nowhere.
"""

from __future__ import annotations

import hmac
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

from hilt.core.errors import UsageError
from hilt.gate.recording.shared_keys import shared_key
from hilt.gate.settings import Settings

NAME = "hilt/code"
"""What an Ollama pulls to be told a code, whatever else it may have."""
SECONDS = 3600
_BEGIN = "ollama-"
_CODE = re.compile(rf"{_BEGIN}([A-Za-z0-9_-]{{72}})", re.ASCII)
_LONGEST = 5000
"""Letters of what somebody pastes: all that Ollama printed will do."""
_BODY, _SIGNATURE = 36, 18
"""Bytes: 32 of a digest and 4 of a time, and of what signs them."""
_AGAIN = f"pull {NAME} from here with the Ollama, and give what it prints within an hour"


def codes_key(settings: Settings) -> bytes:
    """With which codes are signed. Raises `KeyUnusable`."""
    return shared_key("ollama codes", settings)


def code_for(digest: str, key: bytes, now: float | None = None) -> str:
    """The code for a key of this SHA-256, which was proven."""
    until = int(time.time() if now is None else now) + SECONDS
    body = bytes.fromhex(digest) + until.to_bytes(4, "big")
    return _BEGIN + urlsafe_b64encode(body + _signed(body, key)).decode()


def digest_in(text: str, key: bytes, now: float | None = None) -> str:
    """The SHA-256 of the key that the code in this text is for. Raises `UsageError`."""
    found = _CODE.search("".join(text[:_LONGEST].split()))  # terminals break lines wherever they like
    data = urlsafe_b64decode(found[1]) if found else bytes(_BODY + _SIGNATURE)
    body, signature = data[:_BODY], data[_BODY:]
    if not hmac.compare_digest(_signed(body, key), signature):
        raise UsageError(f"code: there is no code of hilt in {text.strip()[:40]!a}; {_AGAIN}")
    if (time.time() if now is None else now) >= int.from_bytes(body[32:], "big"):
        raise UsageError(f"code: this one is over; {_AGAIN}")
    return body[:32].hex()


def _signed(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_SIGNATURE]
