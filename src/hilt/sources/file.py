"""A regular file as a `ByteSource`: opened only if it is still the file that was listed, and read with `pread`."""

from __future__ import annotations

import os
import stat
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from hilt.core.errors import ChangedWhileRead, SourceError

if TYPE_CHECKING:
    from threading import Lock

# O_NOFOLLOW: the name was resolved when it was listed, so a link here means that somebody swapped it since.
# O_NONBLOCK: opening a pipe that took the file's place must not wait for a writer.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"))

_BLOCK = 1 << 16
"""Reads smaller than this are served from one remembered block of this size: readers ask for many small pieces."""


class Locator(NamedTuple):
    """How to open a file again, in this process or another, and how to tell that it is the same file.

    `path` is absolute and holds no link. `modified` is in nanoseconds.
    """

    path: str
    size: int
    device: int
    inode: int
    modified: int

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> Self:
        return cls(
            path=path, size=status.st_size, device=status.st_dev, inode=status.st_ino, modified=status.st_mtime_ns
        )

    def open(self) -> FileSource:
        """Raises `SourceError` where it cannot be opened, `ChangedWhileRead` where another file took its place."""
        return FileSource(self)


def _opened(path: str) -> int:
    """A descriptor of the file at `path`, in which no part is a link: `O_NOFOLLOW` by itself looks at the last one only."""
    folder = getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
    if not hasattr(os, "O_PATH") or not path.startswith("/"):
        return os.open(path, _FLAGS)
    *names, last = path[1:].split("/")
    at = os.open("/", folder)
    try:
        for name in names:
            before, at = at, os.open(name, folder | os.O_NOFOLLOW, dir_fd=at)
            os.close(before)
        return os.open(last, _FLAGS, dir_fd=at)
    finally:
        os.close(at)


class FileSource:
    """An open file. Close it, or use it as a context manager."""

    def __init__(self, locator: Locator) -> None:
        self.locator = locator
        self._block_start, self._block = 0, b""
        try:
            self._descriptor = _opened(locator.path)
        except OSError as error:
            raise SourceError(f"{locator.path}: {error.strerror}") from None
        self._seek: Lock | None = None
        if not hasattr(os, "pread"):
            from threading import Lock

            self._seek = Lock()
        try:
            self.assert_unchanged()
        except BaseException:
            self.close()
            raise

    @property
    def size(self) -> int:
        return self.locator.size

    def status(self) -> os.stat_result:
        """What the operating system says of the file that is open here."""
        return os.fstat(self._descriptor)

    def read(self, offset: int, n: int) -> bytes:
        """Exactly the bytes [offset, offset + n), fewer only at the end of the size that was listed."""
        n = min(n, self.size - offset)
        if n <= 0 or offset < 0:
            return b""
        if n >= _BLOCK:
            return self._pread(offset, n)
        begin = offset - self._block_start
        if not 0 <= begin <= len(self._block) - n:
            self._block_start, begin = offset, 0
            self._block = self._pread(offset, min(_BLOCK, self.size - offset))
        return self._block[begin : begin + n]

    def _pread(self, offset: int, n: int) -> bytes:
        parts: list[bytes] = []
        while n:
            part = self._pread_once(offset, n)
            if not part:
                raise ChangedWhileRead(f"{self.locator.path} was {self.size} bytes long and now ends at {offset}")
            parts.append(part)
            offset += len(part)
            n -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _pread_once(self, offset: int, n: int) -> bytes:
        try:
            if self._seek is None:
                return os.pread(self._descriptor, n, offset)
            with self._seek:  # Windows has no pread
                os.lseek(self._descriptor, offset, os.SEEK_SET)
                return os.read(self._descriptor, n)
        except OSError as error:
            raise SourceError(f"{self.locator.path}: {error.strerror} at byte {offset}") from None

    def assert_unchanged(self) -> None:
        """Raises `ChangedWhileRead` where this is no longer the file that was listed."""
        now = self.status()
        if not stat.S_ISREG(now.st_mode) or Locator.of(self.locator.path, now) != self.locator:
            raise ChangedWhileRead(f"{self.locator.path} changed while it was checked; check it again when it rests")

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
