"""What was put there last, up to a bound; used by many threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Newest(Generic[K, V]):
    """At most `most` keys, or what weighs so much together, and the last one at any rate; those that were put there first go first."""

    def __init__(self, most: int, weight: Callable[[V], int] = lambda _: 1) -> None:
        self._most, self._weight, self._held = most, weight, 0
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._take(key)
            self._kept[key] = value
            self._held += self._weight(value)
            while self._held > self._most and len(self._kept) > 1:
                self._take(next(iter(self._kept)))

    def drop(self, key: K) -> None:
        with self._lock:
            self._take(key)

    def _take(self, key: K) -> None:
        if key in self._kept:
            self._held -= self._weight(self._kept.pop(key))
