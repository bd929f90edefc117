"""What was read of files, at hand for as long as they stay as they are: of a revision with thousands of files it takes long to read it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sized
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")


class _Read(NamedTuple):
    """What a file was when it was read, what that gave, and how many parts it has."""

    was: tuple[int, int, int]
    value: object
    parts: int


class Unchanged(Generic[V]):
    """Of at most `most` parts together; what was read first goes first. Used by many threads.

    A file that is as large as before, as old, and the same one for the file system, is not read again.
    """

    def __init__(self, most: int, parts: Callable[[V], Sized]) -> None:
        self._most, self._parts, self._held = most, parts, 0
        self._kept: OrderedDict[Path, _Read] = OrderedDict()
        self._lock = Lock()

    def get(self, file: Path, read: Callable[[], V], *, keep: bool = True) -> V:
        """What `read` gives of the file; whoever goes through all files does not have them kept."""
        try:
            status = os.lstat(file)
        except OSError:  # what there is to tell of it, whoever reads it tells
            return read()
        was = status.st_ino, status.st_size, status.st_mtime_ns
        with self._lock:
            known = self._kept.get(file)
        if known is not None and known.was == was:
            value: V = known.value  # type: ignore[assignment]
            return value
        value = read()
        if keep:
            self._put(file, _Read(was, value, 1 + len(self._parts(value))))
        return value

    def _put(self, file: Path, one: _Read) -> None:
        with self._lock:
            before = self._kept.pop(file, None)
            self._kept[file] = one
            self._held += one.parts - (before.parts if before is not None else 0)
            while self._held > self._most:
                self._held -= self._kept.popitem(last=False)[1].parts
