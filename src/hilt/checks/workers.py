"""Starts the processes that read, feeds them, and ends those that hang."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hilt.checks.channel import WISH, serve
from hilt.checks.examined import RAISE_BUGS, UNREAD, Examined, decode_examined
from hilt.core.errors import HiltError
from hilt.core.limits import Limits
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.sources.remote import Remote

# -I and -S: neither the user's environment nor site hooks decide what is imported; the path is ours, passed along.
_START = "import sys; sys.path[:] = {path!r}; from hilt.checks.worker import main; main()"

# What an interpreter needs to start at all; nothing else of the environment, and with it no secret, goes along.
_KEEP = (
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "COVERAGE_PROCESS_START",
    "COVERAGE_PROCESS_CONFIG",
    RAISE_BUGS,
)

_GRACE = 2.0
"""Seconds of wall time beyond `file_seconds`, so that a worker can still say itself that its time is up."""

_PERIOD = 0.25
"""Seconds between two looks at whether a worker is late."""


class Worker:
    """One reading process; started when it is first asked, and again after it was stopped."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._introduction: dict[str, Any] | None = None
        self._introduced = True
        self._process: subprocess.Popen[bytes] | None = None
        self._due = math.inf
        self._over = threading.Event()
        self._killed = threading.Event()
        self.remote: Remote | None = None
        """Where the bytes of the subject come from if it does not lie here."""

    def introduce(self, introduction: dict[str, Any]) -> None:
        """`introduction` is a request that this process, and any that follows it, hears before the next question."""
        self._introduction, self._introduced = introduction, False

    @property
    def process_id(self) -> int | None:
        """The process that reads now, or None before the first question."""
        return None if self._process is None else self._process.pid

    def ask(self, request: dict[str, Any]) -> Examined:
        """The worker's answer; where it dies or hangs over the request, that failure as a gap."""
        process = self._process or self._start()
        if self._killed.is_set():  # by another thread, perhaps before there was a process to kill
            process.kill()
        self._due = time.monotonic() + self._limits.file_seconds + _GRACE
        try:
            answer = b"\n"
            if self._introduction is not None and not self._introduced:
                answer, self._introduced = self._exchange(process, self._introduction), True
            if answer.endswith(b"\n"):
                answer = self._exchange(process, request)
        finally:
            self._due = math.inf
        wrong = ""
        if answer.endswith(b"\n"):
            try:
                return decode_examined(json.loads(answer))
            except (
                HiltError,
                LookupError,
                TypeError,
                ValueError,
                RecursionError,
            ):  # the file's words, not the reader's
                wrong = "answered what is no answer"
        elif len(answer) >= self._limits.worker_answer:
            wrong = "answered at too great length (limit worker_answer)"
        why = self._stop(process, wrong)
        what, path = request.get("check", "read"), request.get("path", "")
        return Examined(format=UNREAD, gaps=(Gap(what=what, path=path, state=State.FAILED, why=why),))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _KEEP if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no word of the subject
            [sys.executable, "-I", "-S", "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if RAISE_BUGS in os.environ else subprocess.DEVNULL,
            env=environment,
            cwd=Path(sys.executable).anchor,
        )
        self._introduced, self._over = False, threading.Event()
        threading.Thread(target=self._watch, args=(self._process, self._over), daemon=True).start()
        with suppress(OSError):  # it died at once; the question that follows finds out
            self._send(self._process, {field.name: getattr(self._limits, field.name) for field in fields(self._limits)})
        return self._process

    def _watch(self, process: subprocess.Popen[bytes], over: threading.Event) -> None:
        """Kills `process` if it is late. One thread for all its questions: one for each costs more than an answer."""
        while not over.wait(_PERIOD):
            if time.monotonic() > self._due:
                process.kill()

    def _send(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
        if process.stdin is not None:
            process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            process.stdin.flush()

    def _exchange(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> bytes:
        try:
            self._send(process, request)
            while (line := self._line(process)).startswith(WISH):
                self._serve(process, line)
        except (OSError, ValueError):
            return b""
        return line

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        return process.stdout.readline(self._limits.worker_answer) if process.stdout is not None else b""

    def _serve(self, process: subprocess.Popen[bytes], wish: bytes) -> None:
        """The time that the network takes is not the reader's; it has bounds of its own."""
        left, self._due = self._due - time.monotonic(), math.inf
        try:
            if process.stdin is not None:
                serve(wish, self.remote, process.stdin)
        finally:
            self._due = time.monotonic() + left

    def _stop(self, process: subprocess.Popen[bytes], why: str) -> str:
        """Ends a process that failed to answer; says why it did."""
        self.close()
        if why:
            return f"the reader {why}"
        if process.returncode == -getattr(signal, "SIGKILL", 9) or process.returncode == -getattr(
            signal, "SIGXCPU", 24
        ):
            return f"the reader was stopped after {self._limits.file_seconds:g} s (limit file_seconds)"
        return f"the reader died with exit status {process.returncode}"

    def kill(self) -> None:
        """Ends the process at once, and any that would follow it; whoever waits for an answer gets the failure."""
        self._killed.set()
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the process, if there is one, and waits for its end."""
        self._over.set()
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Workers:
    """The reading processes of one or of many checks: kept from subject to subject, and ended together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._workers: list[Worker] = []

    def take(self, count: int, remote: Remote | None = None) -> list[Worker]:
        """So many workers for a subject, whose bytes come from `remote` if it does not lie here.

        Those of the subject before go on.
        """
        self._workers += [Worker(self._limits) for _ in range(count - len(self._workers))]
        for worker in self._workers[:count]:
            worker.remote = remote
        return self._workers[:count]

    def close(self) -> None:
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
