"""Work that takes longer than a page may, each in a process of its own: pages stay quick, and it can be ended at any moment.

What came of it is known as long as the server lives that was asked; nothing of it is recorded.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from secrets import token_hex
from typing import Any, NamedTuple

from hilt.core.errors import HiltError, UsageError
from hilt.core.job import Job
from hilt.output.terminal import complain_of

MOST_AT_ONCE, MOST_KEPT = 2, 20
"""Jobs that go on at the same time, and those that are remembered; the oldest that are over are forgotten."""
_EVERY = 0.25
"""Seconds between two words on how far it has come."""
STOPPED = "somebody stopped it"
_BUG = "hilt made a mistake, which the terminal of the server tells more of; nothing was recorded"


class _Reached(NamedTuple):
    done: int
    whole: int


class _Over(NamedTuple):
    result: object
    error: str


class Jobs:
    """The jobs of one server. `tell` is called with the number of each that has come further, in any thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, BaseProcess] = {}

    def start(self, kind: str, person: str, work: Callable[..., object], *arguments: Any) -> Job:
        """Has `work`, a function of a module, called with `arguments` and a `progress`. Raises `UsageError`."""
        job = Job(number=token_hex(4), kind=kind, person=person, begun=_clock())
        spawning = multiprocessing.get_context("spawn")  # a fork would take along what other threads hold
        here, there = spawning.Pipe(duplex=False)
        process = spawning.Process(target=_carry_out, args=(there, work, arguments), daemon=False)
        with self._lock:
            if len(self._processes) >= MOST_AT_ONCE:
                raise UsageError(f"{MOST_AT_ONCE} such jobs are at work already; wait for one, or stop one")
            over = [one.number for one in self._jobs.values() if one.over]
            for number in over[: max(0, len(self._jobs) + 1 - MOST_KEPT)]:
                del self._jobs[number]
            self._jobs[job.number], self._processes[job.number] = job, process
            process.start()
        there.close()
        threading.Thread(target=self._follow, args=(job.number, process, here), daemon=True).start()
        return job

    def find(self, number: str) -> Job | None:
        return self._jobs.get(number)

    def all(self) -> list[Job]:
        """Those that are remembered, the oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def newest(self, kind: str) -> Job | None:
        return next((one for one in reversed(self.all()) if one.kind == kind), None)

    def stop(self, number: str) -> None:
        """Ends a job at once; of one that is over already, nothing changes."""
        with self._lock:
            process = self._processes.get(number)
            if process is None:
                return
            self._jobs[number] = replace(self._jobs[number], error=STOPPED)
        process.kill()
        with suppress(OSError, AttributeError, TypeError):
            os.killpg(process.pid, signal.SIGKILL)  # type: ignore[arg-type]  # with the processes that it started

    def _follow(self, number: str, process: BaseProcess, heard: Connection) -> None:
        over = _Over(None, _BUG)
        with suppress(EOFError, OSError):
            while True:
                told = heard.recv()
                if isinstance(told, _Over):
                    over = told
                    break
                self._change(number, done=told.done, whole=told.whole)
        process.join()
        with self._lock:
            del self._processes[number]
        error = self._jobs[number].error or over.error
        self._change(number, ended=_clock(), error=error, result=None if error else over.result)

    def _change(self, number: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[number] = replace(self._jobs[number], **changes)
        self._tell(number)


class _Telling:
    """The `Progress` of a job; where nobody listens any more, the job ends."""

    def __init__(self, to: Connection) -> None:
        self._to, self._reached, self._told = to, _Reached(0, 0), 0.0

    def start(self, *, files: int, size: int) -> None:
        self._reached, self._told = _Reached(0, files or size), 0.0
        self.advance()

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        self._reached = self._reached._replace(done=self._reached.done + (files or size))
        if (now := time.monotonic()) - self._told > _EVERY:
            self._told = now
            self._to.send(self._reached)


def _carry_out(to: Connection, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """What the process of a job does."""
    if hasattr(os, "setsid"):
        os.setsid()
    with suppress(BrokenPipeError):  # the server is gone
        try:
            over = _Over(work(*arguments, progress=_Telling(to)), "")
        except HiltError as error:
            over = _Over(None, str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours
            complain_of(error)
            over = _Over(None, _BUG)
        to.send(over)


def _clock() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
