"""What somebody sends, on the disk until all of it has come: not in memory, and gone where nothing becomes of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hilt.core.errors import FormatError
from hilt.record.blobs.durable import make_folder, sync_folder, unusable
from hilt.sources.file import FileSource, Locator

if TYPE_CHECKING:
    from hilt.gate.keeping.uploads.room import Taken

PREFIX = "body-"
"""Begins the names of the files, by which those that a crash left are known."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Spooled:
    """A body of at most `most` bytes, in `folder`, with the `room` that it takes; `what` says in errors what it is. Used by one thread at a time."""

    def __init__(self, folder: Path, most: int, what: str, room: Taken | None = None) -> None:
        self.size, self.most = 0, most
        self._what, self._room = what, room
        self._path = folder / f"{PREFIX}{token_hex(16)}"
        try:
            self._descriptor = os.open(self._path, _FLAGS, 0o600)
        except OSError as error:
            raise unusable(self._path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
        with suppress(FileNotFoundError):  # it has become something
            self._path.unlink()
        if self._room is not None:
            self._room.give_back()

    def write(self, data: bytes | bytearray) -> None:
        """The next bytes. Raises `FormatError` where there are too many, `UsageError` where there is no room, `SourceError` where the disk does
        not take them."""
        if self.size + len(data) > self.most:
            raise FormatError(f"{self._what} has {self.most} bytes at most, and more come; nothing of it is kept")
        if self._room is not None:
            self._room.grow(self.size + len(data))
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            raise unusable(self._path, error, needed=len(view)) from None
        self.size += len(data)

    def data(self) -> bytes:
        """All of it. Raises `SourceError`."""
        with self.source() as source:
            return source.read(0, source.size)

    def source(self) -> FileSource:
        """What has come, to be closed. Raises `SourceError`."""
        return Locator.of(str(self._path.resolve()), os.fstat(self._descriptor)).open()

    def keep(self, path: Path, size: int) -> None:
        """Its first `size` bytes are at `path` from now on, whole and on the disk. Raises `SourceError`."""
        try:
            make_folder(path.parent)
            os.ftruncate(self._descriptor, size)
            os.fchmod(self._descriptor, 0o444)
            os.fsync(self._descriptor)
            self._path.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise unusable(path, error, needed=size) from None
