"""Links to which a large file is sent: good for this file alone, and for a while. Clients send no token there, so the link is the proof.

It says with which pass it was asked for, and counts no longer than that.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from time import time
from typing import NamedTuple
from urllib.parse import urlencode

from hilt.core.errors import NotAllowed
from hilt.core.library import Repository

LASTS = 3600
"""Seconds."""


class Linked(NamedTuple):
    """What may be sent: a file of `size` bytes, by whoever has the pass."""

    size: int
    pass_digest: str


class Links:
    """Of all servers that have the key: 32 bytes that nobody else knows."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def query(self, repository: Repository, digest: str, file: Linked) -> str:
        """What is asked for with the link of a file, for `LASTS` seconds."""
        until = int(time()) + LASTS
        proof = self._proof(repository, digest, file, until)
        return urlencode({"size": file.size, "until": until, "pass": file.pass_digest, "proof": proof})

    def file(self, repository: Repository, digest: str, query: dict[str, list[str]]) -> Linked:
        """The file that may be sent. Raises `NotAllowed`."""
        size, until, by, proof = (query.get(name, [""])[-1] for name in ("size", "until", "pass", "proof"))
        file, end = Linked(_number(size), by), _number(until)
        good = self._proof(repository, digest, file, end)
        if not hmac.compare_digest(good.encode(), proof.encode("utf-8", "replace")) or end < time():
            raise NotAllowed("this link to send a file to is over, or was made by nobody here; ask for a new one")
        return file

    def _proof(self, repository: Repository, digest: str, file: Linked, until: int) -> str:
        about = f"{repository}\n{digest}\n{file.size}\n{until}\n{file.pass_digest}"
        return hmac.new(self._key, about.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
