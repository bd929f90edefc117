"""A file that comes: written by one thread, and read by many while it grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hilt.core.errors import HiltError

HELD_BACK = 1 << 20


class Incoming:
    """`received` of `size` bytes are there, and `released` of them may go out. In the end there is `done` or `failed`.

    `resumed` bytes were there from an earlier time.
    """

    size: int
    resumed: int
    received: int
    released: int
    failed: HiltError | None
    done: Path | None

    @property
    def path(self) -> Path:
        """Where the bytes are now."""
        raise NotImplementedError

    def open(self) -> int:
        """A descriptor for reading what is received, which stays good whatever becomes of the file. Raises `SourceError`."""
        raise NotImplementedError

    def write(self, data: bytes | memoryview) -> None:
        raise NotImplementedError

    def finish(self, check: Callable[[Path], None] | None = None) -> str:
        raise NotImplementedError

    def fail(self, error: HiltError, *, discard: bool) -> None:
        raise NotImplementedError

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        raise NotImplementedError

    def wait(self, timeout: float | None = None) -> Path | None:
        raise NotImplementedError
