"""What was found out a moment ago, for the many who ask the same at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Asked(NamedTuple):
    since: float
    task: asyncio.Task[Any]


class Remembered(Generic[K, V]):
    """Answers of the last `seconds`, of at most `most` questions; also that one could not be answered, and why. Belongs to one event loop."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._kept: OrderedDict[K, _Asked] = OrderedDict()

    async def get(self, key: K, ask: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """What `ask` answers. Of those who ask meanwhile, nobody who leaves takes it from the others."""
        found = self._kept.get(key)
        if found is None or (found.task.done() and monotonic() - found.since > self._seconds):
            found = _Asked(monotonic(), asyncio.get_running_loop().create_task(ask()))
            found.task.add_done_callback(_look)
            self._kept[key] = found
            self._kept.move_to_end(key)
            self._let_go()
        if not found.task.done():
            await asyncio.wait({found.task})
        error = found.task.exception()
        if error is not None:
            raise error.with_traceback(None)  # else each who is told it would add to where it came from
        answer: V = found.task.result()
        return answer

    def _let_go(self) -> None:
        """Of answers that are over, for some hold a lot, and of what is too much; the oldest ones stand first."""
        while len(self._kept) > 1:
            key, (since, task) = next(iter(self._kept.items()))
            if len(self._kept) <= self._most and not (task.done() and monotonic() - since > self._seconds):
                return
            del self._kept[key]

    def forget(self, key: K) -> None:
        """So that the next one asks again."""
        self._kept.pop(key, None)


def _look(task: asyncio.Task[Any]) -> None:
    """Whoever asked may have left, and asyncio complains of errors that nobody looks at."""
    if not task.cancelled():
        task.exception()


class Rendered(Generic[K]):
    """Bodies of answers, of at most `most` bytes together; what was used last stays."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[K, bytes] = OrderedDict()

    def get(self, key: K) -> bytes | None:
        body = self._kept.get(key)
        if body is not None:
            self._kept.move_to_end(key)
        return body

    def put(self, key: K, body: bytes) -> None:
        self._bytes += len(body) - len(self._kept.pop(key, b""))
        self._kept[key] = body
        while self._bytes > self._most:
            self._bytes -= len(self._kept.popitem(last=False)[1])
