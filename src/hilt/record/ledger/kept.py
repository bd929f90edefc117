"""The last checkpoint of the log, kept in a file outside the database.

Whoever puts back an old copy of the database puts back its checkpoints as well, and all of it verifies. Only what is
remembered elsewhere tells that the log had gone further.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL
from io import FileIO
from pathlib import Path
from threading import get_ident

from hilt.core.errors import RecordUnreachable

_LARGEST = 1 << 14
"""Bytes of a note that the log alone has signed, many times over."""


class Kept:
    """The file at `path`; it holds the note of a checkpoint, or is not there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str:
        """The note, empty where none was kept yet. It is read until it stands still, for another process may be writing it."""
        try:
            with self.path.open("rb", buffering=0) as file:
                note, before = file.read(_LARGEST), None
                while note != before:
                    file.seek(0)
                    note, before = file.read(_LARGEST), note
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unusable(error) from None
        return note.decode(errors="replace")

    @contextmanager
    def published(self, note: str) -> Iterator[None]:
        """Puts `note` into the file when the block ends well. What can fail is done before it begins.

        It is not waited for until it is on the disk: a checkpoint that is a little old tells as well of what it knows. A note as
        long as the one before is written over it in one go, which takes a tenth of the time of putting a new file in its place.
        """
        data = note.encode()
        try:
            if file := self._of_length(len(data)):
                with file:
                    yield
                    file.write(data)
            else:
                with self._beside() as beside:
                    beside.write_bytes(data)
                    yield
                    beside.replace(self.path)
        except OSError as error:
            raise self._unusable(error) from None

    def _of_length(self, length: int) -> FileIO | None:
        """The file, open, if it is as long."""
        try:
            file = self.path.open("r+b", buffering=0)
        except FileNotFoundError:
            return None
        if os.fstat(file.fileno()).st_size == length:
            return file
        file.close()
        return None

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A name for a file of our own, which is gone at the end."""
        if self.path.exists() and not self.path.is_file():
            raise OSError(EINVAL, "this is no regular file")  # a device would not outlive it
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}-{get_ident()}")
        try:
            yield beside
        finally:
            with suppress(OSError):
                beside.unlink()

    def _unusable(self, error: OSError) -> RecordUnreachable:
        return RecordUnreachable(f"{self.path}: {error.strerror}; the log keeps its last checkpoint in this file")
