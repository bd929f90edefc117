"""coming_bytes: for how many bytes of uploads that still come each of the servers of a library has taken room.

Each has a file of its own with a number in it, locked while something comes: the number of one that was stopped counts no more.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from time import monotonic

from hilt.gate.keeping.uploads.strays import Strays
from hilt.record.blobs import one_writer
from hilt.record.blobs.durable import unusable

FRESH = 1.0
"""Seconds after which the others are asked again: a commit of many small files asks for each."""
_PREFIX = "coming-"
_DIGITS = 20
_TRIES = 20
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class ComingBytes:
    """The files in `folder`, and this server's among them. Whoever calls it lets one thread in at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder
        self._descriptor = -1
        self._mine = self._others = 0
        self._strays = Strays()
        self._until = 0.0

    def all(self) -> int:
        """Of all servers; of the others as it was a moment ago. Raises `SourceError`."""
        if monotonic() >= self._until:
            try:
                self._others = sum(self._number(one) for one in self._folder.iterdir() if one.name.startswith(_PREFIX))
            except OSError as error:
                raise unusable(self._folder, error) from None
            self._until = monotonic() + FRESH
        return self._mine + self._others

    def add(self, more: int) -> None:
        """So many more come here, or fewer. Raises `SourceError` where more cannot be noted, and then nothing has changed."""
        try:
            self._write(self._mine + more)
        except OSError as error:
            if more > 0:
                raise unusable(self._path, error, needed=_DIGITS) from None
        self._mine += more

    def _write(self, number: int) -> None:
        """There is no file while nothing comes."""
        if self._descriptor < 0:
            self._descriptor, self._path = self._made()
        os.pwrite(self._descriptor, b"%0*d" % (_DIGITS, number), 0)
        if not number:
            descriptor, self._descriptor = self._descriptor, -1
            self._path.unlink(missing_ok=True)
            one_writer.close(descriptor)

    def _made(self) -> tuple[int, Path]:
        for _ in range(_TRIES):
            path = self._folder / f"{_PREFIX}{token_hex(16)}"
            descriptor = os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
            with suppress(FileNotFoundError):  # another server took it for one that was left
                if one_writer.take(descriptor, path):
                    return descriptor, path
            os.close(descriptor)
        raise FileNotFoundError(f"{self._folder}: files that are made there are gone at once")

    def _number(self, path: Path) -> int:
        """What another server says; nothing where none is left that would, and then the file goes."""
        if path == self._path:
            return 0
        with suppress(FileNotFoundError):
            if not S_ISREG(path.lstat().st_mode):
                self._strays.tell(path)
                return 0
            descriptor = os.open(path, _FLAGS)
            try:
                if not one_writer.take(descriptor, path):
                    text = os.pread(descriptor, _DIGITS, 0)
                    return int(text) if text.isdigit() else 0
                path.unlink(missing_ok=True)
            finally:
                one_writer.close(descriptor)
        return 0
