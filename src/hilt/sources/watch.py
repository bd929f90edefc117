"""The time and the bytes that one request may take. TLS and the first bytes count as well."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWEST = 16 << 10
"""Bytes a second; an answer that comes slower is given up once it had `Network.patience` seconds more."""

AHEAD = 60.0
"""Seconds of slowness, at most, that a stream may have earned by having been quick."""


class Watch:
    """Of a request whose whole answer is waited for. `refused` makes the error where there are more than `allowed` bytes.

    Raises `TimeoutError`.
    """

    def __init__(self, patience: float, allowed: int, refused: Callable[[int], Exception]) -> None:
        self._begun, self._patience, self._allowed = time.monotonic(), patience, allowed
        self._refused = refused
        self.received = 0

    def wait(self) -> float:
        """How many seconds the next bytes may take."""
        left = self._begun + self._patience + self.received / SLOWEST - time.monotonic()
        if left <= 0:
            raise TimeoutError("slower than hilt waits")
        return min(left, self._patience)

    def count(self, n: int) -> None:
        self.received += n
        if self.received > self._allowed:
            raise self._refused(self._allowed)


class StreamWatch(Watch):
    """Of an answer that may go on for hours. Only the time that is spent waiting for bytes counts: what takes them may be slow."""

    def __init__(self, patience: float, allowed: int, refused: Callable[[int], Exception]) -> None:
        super().__init__(patience, allowed, refused)
        self._left, self._asked = patience, time.monotonic()

    def wait(self) -> float:
        if self._left <= 0:
            raise TimeoutError("slower than hilt waits")
        self._asked = time.monotonic()
        return min(self._left, self._patience)

    def count(self, n: int) -> None:
        spent = time.monotonic() - self._asked
        self._left = min(self._left - spent + n / SLOWEST, self._patience + AHEAD)
        super().count(n)
