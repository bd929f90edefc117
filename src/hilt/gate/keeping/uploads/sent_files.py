"""sent_files: which large files were sent to which repository, and wait for a commit; on the disk, for another server may take that."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256 as digest_of
from pathlib import Path
from time import monotonic

from hilt.core.library import Repository
from hilt.record.blobs.durable import unusable, write_whole
from hilt.record.blobs.layout import is_sha256

MOST = 100_000
"""Files that were sent and are remembered; those before them are sent again."""
LASTS = 86_400.0
"""Seconds for which a file waits for its commit; then it may be thrown away, and is sent again."""
FRESH = 1.0
"""Seconds after which it is looked for what came to another server."""
_LONGEST = 20
"""Digits of a size."""


class SentFiles:
    """The notes in `folder`, each the size of a file under its repository and SHA-256, with the time at which it came.

    Used by many threads and processes; they come by way of the folder `partial`. Raises `SourceError`.
    """

    def __init__(self, folder: Path, partial: Path) -> None:
        self._folder, self._partial = folder, partial
        self._sizes: dict[str, int] = {}
        self._until = 0.0

    def note(self, repository: Repository, sha256: str, size: int) -> None:
        """It came, now."""
        path = self._path(repository, sha256)
        try:
            write_whole(path, b"%d" % size, partial=self._partial)
        except OSError as error:
            raise unusable(path, error, needed=_LONGEST) from None
        self._until = 0.0

    def size(self, repository: Repository, sha256: str) -> int | None:
        """Its size; None where it did not come, or too long ago."""
        if not is_sha256(sha256):  # whatever somebody asks for
            return None
        path = self._path(repository, sha256)
        try:
            return _size(path) if path.stat().st_mtime > time.time() - LASTS else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(path, error) from None

    def forget(self, repository: Repository, digests: Iterable[str]) -> None:
        """A commit has them, perhaps among thousands that never were sent so."""
        with suppress(OSError):  # what stays goes after a day
            there = {one.name for one in self._folder.iterdir()}
            for path in (self._path(repository, one) for one in digests):
                if path.name in there:
                    path.unlink(missing_ok=True)
        self._until = 0.0

    def sizes(self, *, now: bool = False) -> dict[str, int]:
        """The sizes of all that wait, by SHA-256; as they were a moment ago, unless what is `now` is asked for."""
        if now or monotonic() >= self._until:
            until = monotonic() + FRESH
            try:
                self._sizes = self._look()
            except OSError as error:
                raise unusable(self._folder, error) from None
            self._until = until
        return {name.rpartition("-")[2]: size for name, size in self._sizes.items()}

    def _look(self) -> dict[str, int]:
        """All of them, by name. Those go that are old, or too many."""
        known, found = self._sizes, []
        for one in self._folder.iterdir():
            with suppress(FileNotFoundError):
                found.append((one.stat().st_mtime, one))
        found.sort(reverse=True)
        last, sizes = time.time() - LASTS, {}
        for number, (at, one) in enumerate(found):
            if at <= last or number >= MOST:
                one.unlink(missing_ok=True)
            elif (size := known.get(one.name) or _size(one)) is not None:
                sizes[one.name] = size
        return sizes

    def _path(self, repository: Repository, sha256: str) -> Path:
        return self._folder / f"{digest_of(str(repository).encode()).hexdigest()}-{sha256}"


def _size(path: Path) -> int | None:
    with suppress(FileNotFoundError), path.open("rb") as file:
        text = file.read(_LONGEST)
        return int(text) if text.isdigit() else None
    return None
