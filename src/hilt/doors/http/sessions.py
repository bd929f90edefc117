"""Sessions in which nobody does anything any more: they end before their time."""

from __future__ import annotations

import time
from collections.abc import Callable

MINUTES = 120
"""After so many, somebody has left: over a long lunch, a session stays."""
MOST = 10_000


class Idle:
    """When each session was last used here; one that this server has not seen yet is used now."""

    def __init__(self, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest, self._clock = 60 * minutes, clock
        self._used: dict[str, float] = {}

    def is_over(self, digest: str, *, used: bool) -> bool:
        """Was the session with this digest left alone for too long? If not, and it is `used` by a person, that counts anew."""
        now = self._clock()
        last = self._used.get(digest, now)
        if now - last > self._longest:
            return True
        if used or digest not in self._used:
            self._used[digest] = now
            if len(self._used) > MOST:
                self._used = {one: at for one, at in self._used.items() if now - at <= self._longest}
        return False
