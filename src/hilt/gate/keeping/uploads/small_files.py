"""small_files: what comes inside of a commit, beside the library until that is taken: of one that is refused, nothing stays."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.errors import SourceError
from hilt.record.blobs.durable import unusable

if TYPE_CHECKING:
    from hilt.gate.keeping.uploads.room import Taken
    from hilt.record.blobs.store import Blobs


class SmallFiles:
    """The small files of one commit, in a file that has no name; with room for them in the library. Used by one thread at a time."""

    def __init__(self, blobs: Blobs, room: Taken) -> None:
        self._blobs, self._room = blobs, room
        self._places: dict[str, tuple[int, int]] = {}
        self._descriptor = -1
        self._folder = blobs.folder / "partial"

    def __contains__(self, digest: str) -> bool:
        return digest in self._places

    def add(self, data: bytes, digest: str) -> None:
        """Raises `UsageError` where there is no room for it, `SourceError` where the disk does not take it."""
        if digest in self._places:
            return
        start = self._room.size
        self._room.grow(start + len(data))
        try:
            if self._descriptor < 0:
                self._descriptor = _without_a_name(self._folder)
            written = 0
            while written < len(data):
                written += os.pwrite(self._descriptor, data[written:], start + written)
        except OSError as error:
            raise unusable(self._folder, error, needed=len(data)) from None
        self._places[digest] = start, len(data)

    def put(self, digests: Container[str]) -> None:
        """Those of these SHA-256 are among the blobs from now on. Raises `SourceError`."""
        for digest, (start, size) in self._places.items():
            if digest in digests:
                keep(self._read(start, size), digest, self._blobs)

    def close(self) -> None:
        """They are put, or not needed."""
        self._room.give_back()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        self._places.clear()

    def _read(self, start: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = os.pread(self._descriptor, size - len(data), start + len(data))
            if not piece:
                raise SourceError(f"{self._folder}: what came of a commit is not there any more; send it again")
            data += piece
        return data


def keep(data: bytes, digest: str, blobs: Blobs) -> None:
    """Puts `data` among the blobs under the SHA-256 that it has. Raises `SourceError`."""
    if not blobs.has(digest, len(data)):
        incoming = blobs.incoming(len(data), hold_all=True)
        incoming.write(data)
        incoming.finish()
    blobs.use(digest)


def _without_a_name(folder: Path) -> int:
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        return os.dup(file.fileno())
