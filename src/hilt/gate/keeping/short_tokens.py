"""Short tokens: for one repository and one pass, for a while. A client asks for a new one in time, with what opens this one as well.

They are signed and kept nowhere. A client shows one in place of what it was asked for with, which is not sent along with each request.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from hilt.core.library import Repository

SECONDS = 900
"""For which a token is good, where nobody says otherwise."""
_LONGEST = 2000
_DIGEST = "sha256"


class Holder(NamedTuple):
    """For which repository a token is, or for `what` in it alone; and with which pass it was asked for: it counts no longer than that."""

    repository: Repository
    pass_digest: str
    what: str = ""


class ShortTokens:
    """Of all servers that have the key: 32 bytes that nobody else knows. Used by many threads."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def grant(self, holder: Holder, seconds: int = SECONDS, now: float | None = None) -> tuple[str, int]:
        """A token, and when it ends (seconds since 1970)."""
        until = int(time.time() if now is None else now) + seconds
        said = json.dumps([until, *holder.repository, holder.pass_digest, holder.what]).encode()
        return f"{urlsafe_b64encode(said).decode()}.{self._signature(said)}", until

    def holder(self, token: str, now: float | None = None) -> Holder | None:
        """Whose it is; None where it is none of ours, or is over."""
        body, _, signature = token.partition(".")
        try:
            said = urlsafe_b64decode(body.encode("ascii")) if len(token) <= _LONGEST else b""
        except ValueError:
            return None
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode("utf-8", "surrogateescape")):
            return None
        until, kind, name, pass_digest, what = json.loads(said)
        if (time.time() if now is None else now) >= until:
            return None
        return Holder(Repository(kind, name), pass_digest, what)

    def _signature(self, said: bytes) -> str:
        return hmac.new(self._key, said, _DIGEST).hexdigest()
