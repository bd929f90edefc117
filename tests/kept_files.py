"""Files and revisions for a library, made of bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.record.blobs.store import Blobs

COMMIT = "c0ffee" + "0" * 34
OTHER_COMMIT = "decade" + "0" * 34
REPOSITORY = Repository("models", "acme/tiny")


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_name(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def a_file(path: str, data: bytes) -> KeptFile:
    return KeptFile(path=path, size=len(data), sha256=sha256_of(data), blob=git_name(data))


def a_revision(
    files: Mapping[str, bytes], repository: Repository = REPOSITORY, commit: str = COMMIT, **more: object
) -> KeptRevision:
    listed = tuple(a_file(path, data) for path, data in files.items())
    return KeptRevision(repository=repository, commit=commit, files=listed, **more)


def stored(blobs: Blobs, data: bytes) -> str:
    """The SHA-256 of `data`, which is in the store now."""
    coming = blobs.incoming(len(data), sha256=sha256_of(data))
    if coming.done is None:
        coming.write(data[coming.resumed :])
    return coming.finish()


def whole(folder: Path) -> dict[str, bytes]:
    """All blobs of a library by their names, each of which has the bytes that its name says."""
    found = {path.name: path.read_bytes() for path in (folder / "blobs").rglob("*") if path.is_file()}
    assert {name: sha256_of(data) for name, data in found.items()} == {name: name for name in found}
    return found
