"""Work about one thing done by one thread at a time, while others do the same about other things."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock


class OneByOne:
    """A lock for each thing that somebody works on, gone when nobody does."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._locks: dict[Hashable, tuple[Lock, int]] = {}

    @contextmanager
    def about(self, thing: Hashable) -> Iterator[None]:
        """Waits until nobody else works on it."""
        with self._lock:
            lock, waiting = self._locks.get(thing, (Lock(), 0))
            self._locks[thing] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._locks[thing]
                if waiting == 1:
                    del self._locks[thing]
                else:
                    self._locks[thing] = lock, waiting - 1
