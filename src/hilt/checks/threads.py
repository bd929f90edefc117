"""Threads that are over when their block ends, and what came of each.

`concurrent.futures` does the same and more, but importing it costs as much CPU time as reading a small model.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

S = TypeVar("S")
T = TypeVar("T")


class Task(Generic[T]):
    """What a thread of its own does."""

    def __init__(self, do: Callable[[], T]) -> None:
        self._do = do
        self._value: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._value = self._do()
        except BaseException as error:  # noqa: BLE001 (raised where the result is asked for)
            self._error = error

    def wait(self) -> None:
        self._thread.join()

    def result(self) -> T:
        """What came of it; raises what it raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return cast(T, self._value)


class Threads:
    """Starts tasks; as a context manager it waits for all of them, however its block ends."""

    def __init__(self) -> None:
        self._tasks: list[Task[Any]] = []

    def start(self, do: Callable[[], T]) -> Task[T]:
        task = Task(do)
        self._tasks.append(task)
        return task

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.wait()


def spread(do: Callable[[S], T], items: Sequence[S], *, threads: int) -> list[T]:
    """`do` of every item, in the order of the items; done by so many threads, this one counted. Raises what it raises."""
    results: dict[int, T] = {}
    pending = deque(range(len(items)))

    def drain() -> None:
        while pending:
            try:
                place = pending.popleft()
            except IndexError:  # another thread took the last one
                return
            results[place] = do(items[place])

    with Threads() as others:
        tasks = [others.start(drain) for _ in range(min(threads, len(items)) - 1)]
        try:
            drain()
            for task in tasks:
                task.result()
        finally:
            pending.clear()
    return [results[place] for place in range(len(items))]
