"""What was told of a record a moment ago, told again: many people look at the same, and a page asks anew whenever the log grows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from hilt.record.record import Record

T = TypeVar("T")
FRESH = 20.0
"""Seconds for which the same is told while the log does not grow: of a case, how long it has waited is that much older."""
MOST = 200
"""Answers that are remembered of a record, those that were asked for last."""


class ToldAgain(Generic[T]):
    """Answers about records that are kept open, each with how long the log was then; used by many threads."""

    def __init__(self, fresh: float = FRESH, most: int = MOST) -> None:
        self._fresh, self._most = fresh, most
        self._told: WeakKeyDictionary[Record, OrderedDict[Hashable, tuple[int, float, T]]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, record: Record, about: Hashable, tell: Callable[[], T]) -> T:
        """What `tell` told `about` this, as long as that is fresh and until the log grows, or what it tells now. Raises `RecordError`."""
        size, now = record.log.head().size, monotonic()
        with self._lock:
            told = self._told.setdefault(record, OrderedDict())
            known = told.get(about)
        if known is not None and known[0] == size and now < known[1] + self._fresh:
            return known[2]
        answer = tell()
        with self._lock:
            told[about] = size, now, answer
            told.move_to_end(about)
            while len(told) > self._most:
                told.popitem(last=False)
        return answer
