"""room: how many bytes of uploads may still come. What comes has its place from its beginning on, so that many at once pass no bound."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hilt.core.errors import UsageError
from hilt.gate.keeping.uploads.coming_bytes import ComingBytes

if TYPE_CHECKING:
    from pathlib import Path


FRESH = 1.0
"""Seconds for which it is enough to know what was held: what is small comes by the thousand, and much may be held."""


class Room:
    """Used by many threads. `most` bytes may be held, in the library in `folder`; `held` tells how many are, beside what comes.

    Whoever has the `lock` makes of what comes what is held, and nobody sees it twice, or not at all. Of what comes to other servers it
    knows what it was a moment ago: what they take in the same moment may be too much, by that and no more.
    """

    def __init__(self, folder: Path, most: int, held: Callable[[], int]) -> None:
        self.lock = threading.RLock()
        self._folder, self._most, self._held = folder, most, held
        self._coming = ComingBytes(folder / "partial")
        self._lately, self._until = 0, 0.0

    def left(self) -> int:
        """Bytes that may still come."""
        with self.lock:
            return self._beside(self._held())

    def came(self, size: int) -> None:
        """So much more is held: all the rest need not be looked at for that. What was held before counts twice, for a moment."""
        with self.lock:
            self._lately += size

    def look_again(self) -> None:
        """More is held now, or less."""
        with self.lock:
            self._until = 0.0

    def take(self, size: int, what: str) -> Taken:
        """Room for `size` bytes that come, until it is given back. Raises `UsageError`, which calls them `what`, where there is none."""
        taken = Taken(self, what)
        taken.grow(size)
        return taken

    def refusal(self, size: int) -> str:
        return (
            f"it has {size} bytes, and there is room for {self.left()} of uploads that nobody admitted; have some admitted, remove "
            "branches that nobody needs, or have whoever runs hilt raise `library.bytes` in the settings, or the disk"
        )

    def change(self, size: int, more: int, what: str) -> None:
        """For what comes: it has had room for `size` bytes. Raises `UsageError`, `SourceError`."""
        with self.lock:
            if more > 0 and more > self._left_lately() and more > self.left():
                raise UsageError(f"{what}: {self.refusal(size + more)}")
            self._coming.add(more)

    def _left_lately(self) -> int:
        if monotonic() >= self._until:
            self._lately, self._until = self._held(), monotonic() + FRESH
        return self._beside(self._lately)

    def _beside(self, held: int) -> int:
        free = shutil.disk_usage(self._folder).free
        return max(0, min(self._most - held, free) - self._coming.all())


class Taken:
    """Room for something that comes, of `size` bytes. Used by one thread at a time."""

    def __init__(self, room: Room, what: str) -> None:
        self.size = 0
        self._room, self._what = room, what

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def grow(self, size: int) -> None:
        """It is `size` bytes, where it was less. Raises `UsageError`; then all stays as it was."""
        more = size - self.size
        if more > 0:
            self._room.change(self.size, more, self._what)
            self.size = size

    def give_back(self) -> None:
        """It has come, or comes no more; said twice, it is said once."""
        size, self.size = self.size, 0
        self._room.change(0, -size, self._what)
