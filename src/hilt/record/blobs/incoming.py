"""A file that comes: written by one thread, and read by many while it grows.

Its bytes are digested while they are written. Until the digests are those that were stated, and whoever fetches it has checked what
else there is to check, the last bytes are held back: nobody ever has the whole of a file that turned out wrong. It gets its name
among the blobs once it is on the disk as a whole.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hilt.core.errors import HiltError, SourceError
from hilt.record.blobs import one_writer
from hilt.record.blobs.durable import make_folder, sync_folder, unusable

HELD_BACK = 1 << 20
"""Bytes at the end that go out only once all is checked."""
_AT_ONCE = 1 << 20


class Incoming:
    """`received` of `size` bytes are there, `resumed` of them from an earlier time, and `released` of them may go out.

    In the end it is `done`, where its bytes stay, or `failed`. `write`, `finish` and `fail` are for the one who fetches it; a
    `write` or `finish` that raises has failed it already. All else may be called by any thread. Whoever watches it first begins to
    watch, and looks then.
    """

    __slots__ = (
        *("_blob", "_descriptor", "_digest", "_git_digest", "_hold_all", "_home", "_lock", "_over", "_partial"),
        *("_sha256", "_spoil", "_stored", "_watchers"),
        *("called", "done", "failed", "received", "released", "resumed", "size"),
    )

    def __init__(
        self,
        size: int,
        *,
        descriptor: int,
        partial: Path,
        home: Callable[[str], Path],
        sha256: str = "",
        blob: str = "",
        hold_all: bool = False,
        spoil: Callable[[], object] = lambda: None,
    ) -> None:
        """`descriptor` is of the file `partial`, locked, and -1 where it came long ago; `home` says where the bytes of a SHA-256 belong.

        `spoil` is called where bytes are thrown away that may have gone out.
        """
        self.size = size
        self.failed: HiltError | None = None
        self.done = self._stored = None if descriptor >= 0 else home(sha256)
        self.resumed = self.received = size if self.done else os.fstat(descriptor).st_size
        self._descriptor, self._partial, self._home = descriptor, partial, home
        self._sha256, self._blob, self._hold_all, self._spoil = sha256, blob, hold_all, spoil
        self.called = sha256 or blob or str(partial)
        """The name of it in messages; whoever fetches it knows a better one."""
        self._digest: hashlib._Hash | None = None
        self._git_digest: hashlib._Hash | None = None
        self._watchers: dict[object, Callable[[], None]] = {}
        self._lock, self._over = threading.RLock(), threading.Event()
        self.released = size if self.done else self._may_go()
        if self.done:
            self._over.set()

    @property
    def path(self) -> Path:
        """Where the bytes are now."""
        return self.done or self._partial

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written; empty where nothing was."""
        return self._digest.hexdigest() if self._digest is not None else ""

    def open(self) -> int:
        """A descriptor for reading what is received, good whatever becomes of the file; to be closed. Raises `SourceError`."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            try:
                return os.open(self._partial, flags)
            except FileNotFoundError:
                # It has another name since, which was noted before it got it.
                return os.open(self._stored or self._partial, flags)
        except OSError as error:
            if self.failed is not None:
                raise self.failed.with_traceback(None) from None
            raise unusable(self.path, error) from None

    def write(self, data: bytes | memoryview) -> None:
        """Adds to it. Raises `SourceError` where more than `size` comes, and where the disk does not take it."""
        view = memoryview(data).cast("B")
        if self.received + len(view) > self.size:
            self._stop(f"more than the {self.size} bytes come that were stated", discard=True)
        with self._writing() as descriptor:
            digest, git_digest = self._digests(descriptor)
            written = os.write(descriptor, view)
            while written < len(view):
                written += os.write(descriptor, view[written:])
            digest.update(view)
            if git_digest is not None:
                git_digest.update(view)
            self.received += len(view)
            before, self.released = self.released, self._may_go()
        if self.released > before:
            self._tell()

    def finish(self, check: Callable[[Path], None] | None = None) -> str:
        """Its SHA-256, once it is among the blobs, on the disk. Raises what failed: also what `check` raises of the file.

        All its bytes may go out as soon as they are checked; that they are on the disk takes longer, and proves nothing to readers.
        """
        if self.done is not None:
            return self._sha256
        if self.received < self.size and self.failed is None:
            self._stop(
                f"only {self.received} of {self.size} bytes came; ask again, and it goes on from there", discard=False
            )
        with self._writing() as descriptor:
            sha256 = self._verified(descriptor)
            if check is not None:
                check(self._partial)
            self._sha256, self.released = sha256, self.size
        self._tell()
        with self._writing() as descriptor:
            self._store(descriptor, self._home(sha256))
        self._over.set()
        self._tell()
        return sha256

    def fail(self, error: HiltError, *, discard: bool) -> None:
        """It does not come: whoever waits for it gets `error`. With `discard` its bytes are wrong; else the next one goes on from there."""
        with self._lock:
            if self.done is not None or self.failed is not None:
                return
            if discard or not (self._sha256 or self._blob):  # what has no name nobody can go on with
                # Noted before anybody hears of it: who is told asks for the rest at once. What came at an earlier time may go out,
                # and may have gone out then, before it is proven: it is digested with the rest, so where it is wrong, we are here.
                if self.released or self.resumed > HELD_BACK:
                    self._spoil()
                self.failed = error
                with suppress(OSError):
                    self._partial.unlink()
            self.failed = error
            self._close()
        self._over.set()
        self._tell()

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls it, from the thread that writes, whenever `released`, `failed` or `done` has changed; until what is returned is called."""
        token = object()
        self._watchers[token] = callback

        def end() -> None:
            self._watchers.pop(token, None)

        return end

    def wait(self, timeout: float | None = None) -> Path | None:
        """Where it is, once it is done; None where that takes longer than `timeout` seconds. Raises what it failed with."""
        if not self._over.wait(timeout):
            return None
        if self.failed is not None:
            raise self.failed.with_traceback(None)
        return self.done

    @contextmanager
    def _writing(self) -> Iterator[int]:
        """The descriptor, for one call at a time; whatever is raised fails the file, and is told to those who watch with nothing locked."""
        try:
            with self._lock:
                yield self._still_open()
        except HiltError as error:
            self.fail(error, discard=True)
            raise
        except OSError as error:
            told = unusable(self._partial, error, needed=self.size - self.received)
            self.fail(told, discard=False)
            raise told from None
        except BaseException:
            self.fail(SourceError(f"{self._partial}: hilt failed while it came; ask again"), discard=False)
            raise

    def _still_open(self) -> int:
        if self.failed is not None:
            raise self.failed.with_traceback(None)
        if self._descriptor < 0:
            raise SourceError(f"{self.path}: it is here as a whole already, and nothing can be added")
        return self._descriptor

    def _digests(self, descriptor: int) -> tuple[hashlib._Hash, hashlib._Hash | None]:
        """What digests the bytes; those that were there before are read again first, for nobody knows who stopped in between and why."""
        if self._digest is None:
            self._digest = hashlib.sha256()
            if self._blob:
                self._git_digest = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
            at = 0
            while at < self.received:
                data = os.pread(descriptor, min(_AT_ONCE, self.received - at), at)
                if not data:
                    raise SourceError(f"{self._partial}: somebody made it shorter; ask again")
                self._digest.update(data)
                if self._git_digest is not None:
                    self._git_digest.update(data)
                at += len(data)
        return self._digest, self._git_digest

    def _verified(self, descriptor: int) -> str:
        digest, git_digest = self._digests(descriptor)
        sha256, blob = digest.hexdigest(), git_digest.hexdigest() if git_digest is not None else ""
        for what, stated, seen in (("SHA-256", self._sha256, sha256), ("git's name", self._blob, blob)):
            if stated and stated != seen:
                raise SourceError(
                    f"{self.called}: the {self.size} bytes that came have {what} {seen}, and not {stated} as was stated; nothing of "
                    "them is kept. Ask again; where it stays so, the upstream is damaged, or somebody changes what it sends"
                )
        return sha256

    def _store(self, descriptor: int, home: Path) -> None:
        now = time.time()
        make_folder(home.parent)
        os.fchmod(descriptor, 0o444)
        os.utime(descriptor, (now, now))
        os.fsync(descriptor)
        self._stored = home
        if is_here(
            home, self.size
        ):  # one that a check may be reading just now: the same bytes as another file look like a change
            self._partial.unlink(missing_ok=True)
        else:
            self._partial.replace(home)
        sync_folder(home.parent)
        self.done = home
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):
            one_writer.close(descriptor)

    def _may_go(self) -> int:
        return 0 if self._hold_all else max(0, self.received - HELD_BACK)

    def _stop(self, why: str, *, discard: bool) -> None:
        error = SourceError(f"{self.called}: {why}")
        self.fail(error, discard=discard)
        raise error

    def _tell(self) -> None:
        for callback in list(self._watchers.values()):
            with suppress(Exception):  # the one who reads is to blame, and must not stop what all others wait for
                callback()


def is_here(home: Path, size: int) -> bool:
    """Does a whole file lie there? Whoever wrote it digested it first."""
    try:
        status = home.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size
