"""How git names what was uploaded: files, the pointers to large ones, and commits. Whoever has `git` comes to the same names.

Specification: git's objects (git-scm.com/book, "Git Internals", and `git help commit-tree`); for pointers git-lfs, docs/spec.md.
"""

from __future__ import annotations

from hashlib import sha1
from typing import NamedTuple

from hilt.core.library import KeptFile
from hilt.record.blobs.swhid import directory_id

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"
_TREE = "swh:1:dir:"


class CommitText(NamedTuple):
    """What a commit says beside its files. `by` is who made it, as the log calls them; `at` is in seconds since 1970, `parent` is empty for
    the first one. `message` ends without a line feed.
    """

    parent: str
    by: str
    at: int
    message: str


def blob_name(data: bytes) -> str:
    """How git names a file with these bytes."""
    return _named(b"blob", data)


def large_file(path: str, size: int, sha256: str) -> KeptFile:
    """A file of which git has a pointer alone."""
    pointer = _POINTER.format(sha256, size).encode("ascii")
    return KeptFile(path=path, size=size, sha256=sha256, blob=blob_name(pointer), large=True, pointer_size=len(pointer))


def commit_name(files: tuple[KeptFile, ...], text: CommitText) -> str:
    """How git names the commit. Nobody's address stands in it: who made it, the log knows."""
    tree = directory_id((one.path, one.blob) for one in files).removeprefix(_TREE)
    parent = f"parent {text.parent}\n" if text.parent else ""
    who = f"{text.by} <> {text.at} +0000"
    body = f"tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{text.message}\n"
    return _named(b"commit", body.encode())


def _named(kind: bytes, data: bytes) -> str:
    return sha1(b"%s %d\0" % (kind, len(data)) + data, usedforsecurity=False).hexdigest()
