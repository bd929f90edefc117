"""Uploads to a library, as clients send them: lines of a commit, and large files before it."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

from hilt.core.library import KeptRevision, Repository
from hilt.gate.keeping.reader import Reader
from library_office import Shop

OWN = "  own: [acme, Labs]\n"
MINE = Repository("models", "acme/lid")


def header(**more: str) -> dict[str, Any]:
    return {"key": "header", "value": {"summary": "Add it", "description": ""} | more}


def small(path: str, data: bytes) -> dict[str, Any]:
    return {"key": "file", "value": {"path": path, "content": b64encode(data).decode(), "encoding": "base64"}}


def large(path: str, data: bytes) -> dict[str, Any]:
    return {"key": "lfsFile", "value": {"path": path, "algo": "sha256", "oid": digest(data), "size": len(data)}}


def removed(path: str) -> dict[str, Any]:
    return {"key": "deletedFolder" if path.endswith("/") else "deletedFile", "value": {"path": path}}


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def lines(*operations: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in operations)


class Uploader:
    """Somebody who uploads to a repository of the shop."""

    def __init__(self, at: Shop, name: str = "Eve", repository: Repository = MINE, **more: Any) -> None:
        self.at, self.uploads, self.repository = at, at.library.uploads, repository
        self.reader: Reader = at.reader(name, **{"writes": True, **more})

    def create(self) -> KeptRevision:
        return self.uploads.create(self.repository, self.reader)

    def send(self, data: bytes, *, stated: str = "", step: int = 1 << 20) -> None:
        """A large file."""
        sending = self.uploads.staged.receive(self.repository, stated or digest(data), len(data))
        for start in range(0, len(data), step):
            sending.write(data[start : start + step])
        sending.finish()

    def commit(self, *operations: object, branch: str = "main", step: int = 1 << 20, **said: str) -> KeptRevision:
        return self.commit_bytes(lines(header(**said), *operations), branch=branch, step=step)

    def commit_bytes(self, body: bytes, *, branch: str = "main", step: int = 1 << 20) -> KeptRevision:
        with self.uploads.draft(self.repository, branch, self.reader) as draft:
            for start in range(0, len(body), step):
                draft.feed(body[start : start + step])
            return self.uploads.commit(draft, self.reader)

    def read(self, revision: str = "main") -> KeptRevision:
        return self.at.read(revision, self.repository)
