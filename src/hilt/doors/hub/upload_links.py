"""Links to which a large file is sent: good for this file alone, and for a while. Clients send no token there, so the link is the proof."""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_bytes
from time import time
from urllib.parse import urlencode

from hilt.core.errors import NotAllowed
from hilt.core.library import Repository

LASTS = 3600
"""Seconds, and as many more as the bytes of one call take at a slow speed: a client asks for many links, and uses one after another."""
SLOW = 1 << 20
"""Bytes a second."""
LONGEST = 86_400


class Links:
    """Of one server, until it ends."""

    def __init__(self) -> None:
        self._key = token_bytes(32)

    def query(self, repository: Repository, digest: str, size: int, together: int) -> tuple[str, int]:
        """What is asked for with the link of a file, and for how many seconds it counts; `together` are the bytes of all files of the call."""
        lasts = min(LONGEST, LASTS + together // SLOW)
        until = int(time()) + lasts
        return urlencode({"size": size, "until": until, "proof": self._proof(repository, digest, size, until)}), lasts

    def size(self, repository: Repository, digest: str, query: dict[str, list[str]]) -> int:
        """The size of the file that may be sent. Raises `NotAllowed`."""
        said = [query.get(name, [""])[-1] for name in ("size", "until", "proof")]
        numbers = [int(one) if one.isascii() and one.isdecimal() and len(one) < 20 else -1 for one in said[:2]]
        proof = self._proof(repository, digest, *numbers)
        if not hmac.compare_digest(proof.encode(), said[2].encode("utf-8", "replace")) or numbers[1] < time():
            raise NotAllowed("this link to send a file to is over, or was made by nobody here; ask for a new one")
        return numbers[0]

    def _proof(self, repository: Repository, digest: str, size: int, until: int) -> str:
        about = f"{repository}\n{digest}\n{size}\n{until}"
        return hmac.new(self._key, about.encode("utf-8", "surrogatepass"), sha256).hexdigest()
