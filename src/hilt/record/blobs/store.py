"""The bytes of files, each once, in a folder, under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import time
from collections.abc import Container, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from hilt.core.errors import NotReady, UsageError
from hilt.record.blobs import one_writer
from hilt.record.blobs.durable import is_temporary, no_room, unusable
from hilt.record.blobs.incoming import HELD_BACK, Incoming
from hilt.record.blobs.layout import checked_sha256, is_sha256, open_library
from hilt.record.blobs.spoilt import Spoilt

_BLOB = re.compile(r"[0-9a-f]{40}", re.ASCII)
_COMING = re.compile(r"(?:[0-9a-f]{64}|git-[0-9a-f]{40})(?:-[0-9a-f]{16})?", re.ASCII)
"""The name of a file that another try goes on with."""
_DAMAGED = re.compile(r"damaged-([0-9a-f]{64})(?:\.delta)?-[0-9a-f]{8}", re.ASCII)
"""The name of what was set aside."""
_TWO = re.compile(r"[0-9a-f]{2}", re.ASCII)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_SECONDS = 5
"""After which to ask again for what another process fetches."""
_REMEMBERED = 60.0
"""Seconds after which a use of the same blob is written down again."""
_MOST_REMEMBERED = 50_000
_TRIES = 20
_STALE = 86_400.0
"""Seconds after which what a crash left of a small text is removed."""


class Blob(NamedTuple):
    """`size` in bytes; `used` is when it was used last, in seconds since 1970."""

    sha256: str
    size: int
    used: float


class _Candidate(NamedTuple):
    """What may go, the one used last first; `partial` is the name of a file that never became whole."""

    unused: float
    size: int
    sha256: str
    partial: str


class Blobs:
    """The blobs of the library in `folder`, which is made where it is missing. Raises `UsageError`, `SourceError`.

    It may be used by many threads and by many processes at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = open_library(folder)
        self._blobs = self.folder / "blobs" / "sha256"
        self._partial = self.folder / "partial"
        self._spoilt = Spoilt(self.folder / "spoilt")
        self._used: dict[str, float] = {}

    def path(self, sha256: str) -> Path:
        """Where the bytes are, or would be. Raises `UsageError` where it is no SHA-256."""
        return self._blobs / checked_sha256(sha256)[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether the bytes are here as a whole; that nobody changed them since is for `fixity` to tell."""
        try:
            status = self.path(sha256).lstat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unusable(self.path(sha256), error) from None
        return stat.S_ISREG(status.st_mode) and status.st_size == size

    def incoming(
        self, size: int, *, sha256: str = "", blob: str = "", owner: str = "", hold_all: bool = False
    ) -> Incoming:
        """A file of `size` bytes that is to be written. Where it is here already, it is `done`.

        `sha256` and `blob` (git's name for the bytes) are what it must have, as far as that is known; with either, it goes on where
        another try of the same `owner` ended: of two who send the bytes, one may lie, and must not spoil what the other one sends.
        With `hold_all` no byte goes out before all are checked.
        Raises `NotReady` while somebody else writes it, `SourceError` where there is no room for it.
        """
        if size < 0 or (blob and not _BLOB.fullmatch(blob)):
            raise UsageError(
                f"{size} bytes, {blob!r:.60}: a size from 0 and git's name in 40 hexadecimal digits are needed here"
            )
        path = self._partial / (_called(sha256, blob, owner) or f"new-{token_hex(16)}")

        def coming(descriptor: int) -> Incoming:
            return Incoming(
                size,
                descriptor=descriptor,
                partial=path,
                home=self.path,
                sha256=sha256,
                blob=blob,
                hold_all=hold_all,
                spoil=lambda: self._spoilt.add(path.name),
            )

        if sha256 and self.has(sha256, size):
            return coming(-1)
        try:
            descriptor = self._claimed(path)
            try:
                if sha256 and self.has(sha256, size):  # it came while we asked for it
                    self._let_go(descriptor, path)
                    one_writer.close(descriptor)
                    return coming(-1)
                self._make_room(descriptor, path, size)
                return coming(descriptor)
            except BaseException:
                one_writer.close(descriptor)
                raise
        except OSError as error:
            raise unusable(path, error, needed=size) from None

    def _claimed(self, path: Path) -> int:
        """The file, open and locked; it is made where it is missing. Raises `NotReady`."""
        for _ in range(_TRIES):
            descriptor = self._opened(path)
            try:
                if one_writer.take(descriptor, path):
                    return descriptor
            except FileNotFoundError:
                os.close(descriptor)  # the one before us has just finished it, or removed it
                continue
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            break
        raise NotReady(f"{path.name}: it is being fetched already; ask again in {_SECONDS} s", seconds=_SECONDS)

    def _opened(self, path: Path) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_FOLLOW
        try:
            return os.open(path, flags, 0o644)
        except PermissionError:
            # Somebody was stopped after it was made read-only, and before it got its name.
            with suppress(FileNotFoundError):
                path.chmod(0o644)
            return os.open(path, flags, 0o644)

    def _make_room(self, descriptor: int, path: Path, size: int) -> None:
        there = os.fstat(descriptor).st_size
        if there > size:  # of another size that somebody stated
            self._note_unproven(path.name, there)
            os.ftruncate(descriptor, 0)
            there = 0
        if (free := shutil.disk_usage(self._partial).free) < size - there:
            if not there:
                path.unlink()
            raise no_room(path, size - there, f"the disk has {free} bytes left")

    def is_spoilt(self, sha256: str, owner: str) -> bool:
        """May somebody have bytes of it, from this `owner`, that are not proven? What still lies there as a part is not, either."""
        name = _called(sha256, "", owner)
        return self._spoilt.has(name) or os.path.lexists(self._partial / name)

    def _let_go(self, descriptor: int, path: Path) -> None:
        """Removes what never became whole, and is locked. Raises `OSError`."""
        self._note_unproven(path.name, os.fstat(descriptor).st_size)
        path.unlink()

    def _note_unproven(self, name: str, size: int) -> None:
        if size > HELD_BACK and _COMING.fullmatch(name):
            self._spoilt.add(name)

    def use(self, sha256: str) -> None:
        """Remembers that it is used now. That is written down once a minute at most."""
        now = time.time()
        if now - self._used.get(sha256, 0) < _REMEMBERED:
            return
        path = self.path(sha256)
        if len(self._used) >= _MOST_REMEMBERED:
            self._used.clear()
        self._used[sha256] = now
        with suppress(OSError):  # gone, or a disk that can only be read: it is as good to read as before
            os.utime(path, ns=(int(now * 1e9), path.stat().st_mtime_ns), follow_symlinks=False)

    def each(self, part: str = "") -> Iterator[Blob]:
        """All that are here and whose SHA-256 begins with `part`, two digits at most, in no order. Raises `SourceError`."""
        try:
            with os.scandir(self._blobs) as folders:
                for two in folders:
                    known = _TWO.fullmatch(two.name) and two.name.startswith(part)
                    if known and two.is_dir(follow_symlinks=False):
                        yield from self._blobs_in(two)
        except OSError as error:
            raise unusable(self._blobs, error) from None

    def _blobs_in(self, two: os.DirEntry[str]) -> Iterator[Blob]:
        with os.scandir(two.path) as files:
            for one in files:
                if is_sha256(one.name) and one.name.startswith(two.name) and one.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        status = one.stat(follow_symlinks=False)
                        yield Blob(one.name, status.st_size, status.st_atime)

    def remove(self, sha256: str) -> None:
        """It is gone; whoever reads it reads on. Raises `SourceError`."""
        path = self.path(sha256)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unusable(path, error) from None
        self._used.pop(sha256, None)

    def set_aside(self, sha256: str) -> None:
        """Its bytes are wrong: they are kept in partial/, and nobody is handed them any more. Raises `SourceError`."""
        path = self.path(sha256)
        try:
            path.rename(self._partial / f"damaged-{sha256}-{token_hex(4)}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise unusable(path, error) from None

    def evict(self, most: int, keep: Container[str]) -> list[str]:
        """Removes what was used longest ago, until all that is not in `keep` has `most` bytes at most; says which blobs.

        Files that never became whole go likewise, unless somebody writes them now; what was set aside does so once its bytes are here
        again, for nobody else may have any. It holds in memory what has to go, and no more.
        Raises `SourceError`.
        """
        gone = []
        try:
            self._spoilt.prune()
            for one in self._oldest(most, keep):
                if one.partial:
                    self._remove_partial(one.partial)
                elif one.sha256 not in keep and not self._was_used(one):
                    self.remove(one.sha256)
                    gone.append(one.sha256)
        except OSError as error:
            raise unusable(self._partial, error) from None
        return gone

    def _oldest(self, most: int, keep: Container[str]) -> list[_Candidate]:
        """What has to go, used longest ago first."""
        surplus = sum(one.size for one in self._candidates(keep)) - most
        oldest: list[_Candidate] = []
        held = 0
        if surplus > 0:
            for one in self._candidates(keep):
                heappush(oldest, one)
                held += one.size
                while held - oldest[0].size >= surplus:
                    held -= heappop(oldest).size
        return sorted(oldest, reverse=True)

    def _candidates(self, keep: Container[str]) -> Iterator[_Candidate]:
        for blob in self.each():
            if blob.sha256 not in keep:
                yield _Candidate(-blob.used, blob.size, blob.sha256, "")
        with os.scandir(self._partial) as files:
            for one in files:
                with suppress(FileNotFoundError):
                    status = one.stat(follow_symlinks=False)
                    if is_temporary(one.name):
                        if status.st_mtime < time.time() - _STALE:
                            Path(one.path).unlink()
                    elif stat.S_ISREG(status.st_mode) and not self._is_all_there_is(one.name):
                        yield _Candidate(-status.st_mtime, status.st_size, "", one.name)

    def _is_all_there_is(self, name: str) -> bool:
        """Is it what was set aside, with nothing better in its place yet?"""
        damaged = _DAMAGED.fullmatch(name)
        path = self.path(damaged[1]) if damaged else None
        return path is not None and not any(os.path.lexists(one) for one in (path, f"{path}.delta"))

    def _was_used(self, one: _Candidate) -> bool:
        """Since it was looked at: it may be admitted by now, or in a commit, at another server too."""
        with suppress(FileNotFoundError):
            return self.path(one.sha256).lstat().st_atime > -one.unused
        return True

    def _remove_partial(self, name: str) -> None:
        path = self._partial / name
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW)
            try:
                if one_writer.take(descriptor, path):
                    self._let_go(descriptor, path)
            finally:
                one_writer.close(descriptor)


def _called(sha256: str, blob: str, owner: str) -> str:
    """How the file is called while it comes; empty where nothing is known of it. An owner says anything, and is digested."""
    name = sha256 or (f"git-{blob}" if blob else "")
    return f"{name}-{hashlib.sha256(owner.encode()).hexdigest()[:16]}" if name and owner else name
