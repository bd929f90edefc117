"""sent_files: which large files were sent to which repository, and wait for a commit; on the disk, for another server may take that."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256 as digest_of
from heapq import nsmallest
from pathlib import Path
from stat import S_ISREG
from time import monotonic
from typing import NamedTuple

from hilt.core.errors import UsageError
from hilt.core.library import Repository
from hilt.gate.keeping.uploads.drafts import MOST as MOST_CHANGED
from hilt.gate.keeping.uploads.strays import Strays
from hilt.record.blobs.durable import unusable, write_whole
from hilt.record.blobs.layout import is_sha256

MOST = 100_000
"""Files that were sent and are remembered; those past it are sent again."""
MOST_EACH = MOST_CHANGED
"""Files that wait for a commit to one repository: none names more. What has no bytes takes no room, and would come without end."""
LASTS = 86_400.0
"""Seconds for which a file waits for its commit; then it may be thrown away, and is sent again."""
FRESH = 1.0
"""Seconds after which it is looked for what came to another server."""
_LONGEST = 20
"""Digits of a size."""


class _Note(NamedTuple):
    """That a file of `size` bytes came, `at` (seconds since 1970)."""

    size: int
    at: float


class SentFiles:
    """The notes in `folder`, each the size of a file under its repository and SHA-256, with the time at which it came.

    Used by many processes; they come by way of the folder `partial`. Whoever calls it lets one thread in at a time, but to `size`.
    Raises `SourceError`.
    """

    def __init__(self, folder: Path, partial: Path) -> None:
        self._folder, self._partial = folder, partial
        self._notes: dict[str, _Note] = {}
        self._each: Counter[str] = Counter()
        self._strays = Strays()
        self._until = 0.0

    def check(self, repository: Repository, sha256: str) -> None:
        """Raises `UsageError` where too many others wait for a commit to the repository."""
        self._look()
        path = self._path(repository, sha256)
        if path.name not in self._notes and self._each[_repository(path.name)] >= MOST_EACH:
            raise UsageError(
                f"{repository.name}: {MOST_EACH} large files were sent to it that no commit names, and one commit names no more; "
                "commit them, and send the others then"
            )

    def note(self, repository: Repository, sha256: str, size: int) -> None:
        """It came, now. Raises what `check` does."""
        self.check(repository, sha256)
        path = self._path(repository, sha256)
        try:
            write_whole(path, b"%d" % size, partial=self._partial)
        except OSError as error:
            raise unusable(path, error, needed=_LONGEST) from None
        if path.name not in self._notes:
            self._each[_repository(path.name)] += 1
        self._notes[path.name] = _Note(size, time.time())

    def size(self, repository: Repository, sha256: str) -> int | None:
        """Its size; None where it did not come, or too long ago."""
        if not is_sha256(sha256):  # whatever somebody asks for
            return None
        path = self._path(repository, sha256)
        try:
            note = _read(path)
        except OSError as error:
            raise unusable(path, error) from None
        return note.size if note is not None and note.at > time.time() - LASTS else None

    def forget(self, repository: Repository, digests: Iterable[str]) -> None:
        """A commit has them, perhaps among thousands that never were sent so."""
        with suppress(OSError):  # what stays goes after a day
            there = set(self._names())
            for path in (self._path(repository, one) for one in digests):
                if path.name in there:
                    path.unlink(missing_ok=True)
                    if self._notes.pop(path.name, None):
                        self._each[_repository(path.name)] -= 1

    def sizes(self, *, now: bool = False) -> dict[str, int]:
        """The sizes of all that wait, by SHA-256; of what other servers took as it was a moment ago, unless what is `now` is asked for."""
        self._look(now=now)
        return {name.rpartition("-")[2]: note.size for name, note in self._notes.items()}

    def _look(self, *, now: bool = False) -> None:
        """For what other servers noted, and took away."""
        if now or monotonic() >= self._until:
            try:
                self._notes = self._found()
            except OSError as error:
                raise unusable(self._folder, error) from None
            self._each = Counter(map(_repository, self._notes))
            self._until = monotonic() + FRESH  # from here on: a look may take as long

    def _found(self) -> dict[str, _Note]:
        """All of them, by name; each is read once. Those go that are old, or too many."""
        last, found = time.time() - LASTS, dict[str, _Note]()
        for name in self._names():
            note = self._notes.get(name)
            if note is None or note.at <= last:  # it may have come to another server since
                note = self._read(self._folder / name)
            if note is not None:
                found[name] = note
        for name in {*(name for name, note in found.items() if note.at <= last), *_too_many(found)}:
            (self._folder / name).unlink(missing_ok=True)
            del found[name]
        return found

    def _names(self) -> list[str]:
        with os.scandir(self._folder) as files:
            return [one.name for one in files]

    def _read(self, path: Path) -> _Note | None:
        """None where it is gone, or something else."""
        note = _read(path)
        if note is None and os.path.lexists(path):
            self._strays.tell(path)
        return note

    def _path(self, repository: Repository, sha256: str) -> Path:
        return self._folder / f"{digest_of(str(repository).encode()).hexdigest()}-{sha256}"


def _repository(name: str) -> str:
    return name.partition("-")[0]


def _too_many(notes: Mapping[str, _Note]) -> list[str]:
    """Those past the bound: of where the most wait, so that nobody's few go for them, and the oldest there."""
    each = Counter(map(_repository, notes))
    return nsmallest(len(notes) - MOST, notes, key=lambda name: (-each[_repository(name)], notes[name].at))


def _read(path: Path) -> _Note | None:
    """The note, where there is one."""
    with suppress(FileNotFoundError):
        about = path.lstat()
        text = path.read_bytes() if S_ISREG(about.st_mode) and about.st_size <= _LONGEST else b""
        return _Note(int(text), about.st_mtime) if text.isdigit() else None
    return None
