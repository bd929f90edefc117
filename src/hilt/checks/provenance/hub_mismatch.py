"""A file that is not what the hub stated when it was downloaded.

What: the SHA-256 of large files, and git's name for the others, as the hub states them in its listing, as download
clients call the blobs in their cache, or as they write them beside a folder (`.cache/huggingface/download`). They are
held against the bytes that are here; and the commit that they belong to is told.

Why: downloads are not compared with what the hub stated, and what lies on a disk for months is changed by people and by
faults. Bytes that are others than those of the commit were looked at by nobody who looked at that commit.

What it cannot see: whether the hub itself is right; a change by somebody who also changed the names of the blobs, or
what the download client wrote down; small files beyond the first 32 MiB of them; files of which nothing was stated.

Fix: download the file again. Where you changed it yourself, waive the finding, or keep your own version elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.provenance.facts import COMMIT, HUB_DIGESTS
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.limits import MIB
from hilt.core.subject import Entry

_SMALL = 32 * MIB
"""Bytes of small files that are read again: nobody but git digests them so, and the large ones have a SHA-256."""


def hub_mismatch(repository: Repository) -> Iterator[Seen]:
    hub = repository.context.hub
    if hub is None:
        return
    known = Known.VERIFIED if hub.asked else Known.CLAIMED
    if hub.commit:
        yield Fact(key=COMMIT.key, value=hub.commit, known=Known.CLAIMED, source=hub.source)
    same = left = 0
    for entry in repository.subject.files:
        stated = hub.digests.get(entry.path, "")
        digest, left = _digest(repository, entry, stated, left)
        if digest and digest == stated:
            same += 1
        elif digest:
            yield _mismatch(entry, stated, digest, hub.source)
    yield Fact(key=HUB_DIGESTS.key, value=same, known=known, source=hub.source)


def _digest(repository: Repository, entry: Entry, stated: str, read: int) -> tuple[str, int]:
    """The digest of the bytes, of the kind that is stated; empty where none was made here. And the bytes read so far."""
    if len(stated) == 64:
        return ("" if entry.claimed else entry.sha256), read
    if stated and repository.context.hub is not None and repository.context.hub.asked:
        # What is fetched whole is held against the name that git has for it, or it fails (sources/remote_file.py).
        return (stated if entry.sha256 else ""), read
    if not stated or read + entry.size > _SMALL:
        return "", read
    try:
        source = repository.open(entry.path)
        data = source.read(0, entry.size)
    except (FormatError, SourceError):
        return "", read  # that it could not be read is in the coverage
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest(), read + entry.size


def _mismatch(entry: Entry, stated: str, digest: str, source: str) -> Finding:
    """People change small texts of a download; nobody changes weights by hand."""
    large = len(stated) == 64
    return Finding(
        check=CHECK.id,
        severity=Severity.MEDIUM if large else Severity.LOW,
        where=Where(path=entry.path),
        message=f"the hub stated {stated} of it ({source}), and its bytes make {digest}",
    )


CHECK = listed("hub-mismatch")
