"""rebuilding: files that are kept as what they differ in from others, on their way out.

For whoever fetches, a delta is one more place that bytes come from: a file that is rebuilt streams, is held against its SHA-256, comes once
however many ask for it, and lies among the blobs afterwards, as what may go again when room is needed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from hilt.core.errors import HiltError
from hilt.core.library import KeptFile, KeptRevision
from hilt.sources.remote_file import Stated

if TYPE_CHECKING:
    from hilt.gate.keeping.coming.fetching import Fetches
    from hilt.record.blobs.deltas import Deltas
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.store import Blobs
    from hilt.sources.http import Streamed

PACKED = "packed"
"""Whoever the bytes of rebuilt files are from."""


def rebuilt(file: KeptFile, deltas: Deltas, fetches: Fetches, *, hold_all: bool = False) -> Incoming | None:
    """The file as it is rebuilt; None where nothing is kept in its place. Raises `SourceError`, `NotReady`."""
    if deltas.find(file.sha256) is None:
        return None
    stated = Stated(path=file.path, size=file.size, address=file.sha256, sha256=file.sha256)
    return fetches.begin(_Rebuilding(deltas), stated, hold_all=hold_all)


def rebuild_all(kept: KeptRevision, blobs: Blobs, deltas: Deltas, fetches: Fetches) -> None:
    """Has all packed files of a revision among the blobs, for whoever reads it as a whole. Raises `SourceError`, `NotReady`."""
    missing = [one for one in kept.files if not blobs.has(one.sha256, one.size)]
    coming = [rebuilt(one, deltas, fetches, hold_all=True) for one in missing]
    for one in coming:
        if one is not None:
            one.wait()


def put_back(kept: KeptRevision, blobs: Blobs, deltas: Deltas) -> None:
    """Has all packed files of a revision among the blobs, where no server runs. Raises `SourceError`, `NotReady`."""
    for one in kept.files:
        if not blobs.has(one.sha256, one.size):
            write_out(one.sha256, blobs, deltas)


def write_out(sha256: str, blobs: Blobs, deltas: Deltas) -> None:
    """Has one packed file among the blobs; nothing where it is not packed. Raises `SourceError`, `NotReady`."""
    if (packed := deltas.find(sha256)) is None:
        return
    incoming = blobs.incoming(packed.size, sha256=sha256, owner=PACKED, hold_all=True)
    if incoming.done is not None:
        return
    try:
        for piece in _from(deltas.read(sha256), incoming.received):
            incoming.write(piece)
        incoming.finish()
    except HiltError as error:
        incoming.fail(error, discard=True)
        raise


class _Rebuilding:
    """What stands for a client: addresses are the SHA-256 of files."""

    origin = PACKED

    def __init__(self, deltas: Deltas) -> None:
        self._deltas = deltas

    @contextmanager
    def stream(self, address: str, *, most: int, start: int = 0) -> Iterator[Streamed]:
        """The file from byte `start` on. Raises `SourceError`, `ChangedWhileRead` where it is not what was packed."""
        from hilt.sources.http import Streamed

        told = {"content-range": f"bytes {start}-{most - 1}/{most}", "content-length": str(most - start)}
        with closing(_from(self._deltas.read(address), start)) as pieces:
            yield Streamed(206, told, address, (), pieces)


def _from(pieces: Iterator[bytes], start: int) -> Generator[bytes]:
    """What follows the first `start` bytes, which have to be made all the same: each file is digested from its beginning."""
    at = 0
    for piece in pieces:
        at += len(piece)
        if at > start:
            yield piece[max(0, start - (at - len(piece))) :]
