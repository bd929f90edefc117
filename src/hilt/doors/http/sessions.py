"""Sessions in which nobody does anything any more: they end before their time."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST = 10_000


class Idle:
    """When each session was last used here; one that this server has not seen yet is used now. With 0 `hours`, none ends."""

    def __init__(self, hours: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest, self._clock = 3600 * hours, clock
        self._used: dict[str, float] = {}

    def use(self, digest: str) -> None:
        """Somebody is at work in it, and sends what takes long."""
        if digest in self._used:
            self._used[digest] = self._clock()

    def is_over(self, digest: str, *, used: bool) -> bool:
        """Was the session with this digest left alone for too long? If not, and it is `used` by a person, that counts anew."""
        if not self._longest:
            return False
        now = self._clock()
        last = self._used.get(digest, now)
        if now - last > self._longest:
            return True
        if used or digest not in self._used:
            self._used[digest] = now
            if len(self._used) > MOST:
                self._used = {one: at for one, at in self._used.items() if now - at <= self._longest}
        return False
