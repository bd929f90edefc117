"""The threads of a server that carry out checks which people asked for.

Several servers share a database: each check is taken by one of them, which counts its beats up while it lives. Where they stop, it
waits again. So nothing is lost when a server ends, and none needs to know of the others.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import replace
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from hilt.core.asked_check import CheckState, Origin, Reached
from hilt.core.errors import HiltError, RecordError, RecordUnreachable
from hilt.gate.check import verdict_on
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import given
from hilt.gate.settings import Settings
from hilt.gate.working import uploads
from hilt.gate.working.checks_asked import STOPPED, clock
from hilt.gate.working.listed_folders import place_of
from hilt.output.terminal import complain_of

if TYPE_CHECKING:
    from hilt.core.events import Recorded
    from hilt.core.verdict import Verdict
    from hilt.record.desk.store import Beat, Job

MOST_TRIES = 3
_SWEEP = 30.0
"""Seconds after which it is looked again for uploads that nobody needs any more."""
_LAST_WAIT = 3.0
_GIVEN_UP = f"the server ended {MOST_TRIES} times while it was carried out; look at the server, then ask for it again"
_BUG = "hilt made a mistake, which the terminal of the server tells more of; nothing was recorded"


class _Ended(HiltError):
    """A check is to go no further."""


class _Told:
    """A `Progress` that others look at, and by which they end the check."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reached = Reached()
        self.ended = threading.Event()

    def start(self, *, files: int, size: int) -> None:
        self.reached = Reached(0, files, 0, size)

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        if self.ended.is_set():
            raise _Ended("this check was ended")
        with self._lock:
            so_far = self.reached
            self.reached = so_far._replace(files=so_far.files + files, size=so_far.size + size)


class CheckPool:
    """Carries out checks while its block lasts. `tick` and `patience` are seconds: between two looks at the database, and without a
    sign of life before somebody else's check is taken to be nobody's.
    """

    def __init__(self, settings: Settings, *, tick: float = 0.5, patience: float = 15.0) -> None:
        self._settings, self._tick, self._patience = settings, tick, patience
        self._server = token_hex(8)
        self._lock = threading.Lock()
        self._running: dict[int, _Told] = {}
        self._seen: dict[Beat, float] = {}
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=do, name=name, daemon=True)
            for name, do in [
                ("checks", self._watch),
                *((f"check {n}", self._work) for n in range(settings.serve.checks)),
            ]
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Begins no other check; those that run wait again, for this server when it is back, or for another."""
        self._over.set()
        with self._lock:
            for told in self._running.values():
                told.ended.set()
        until = time.monotonic() + _LAST_WAIT
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with suppress(RecordError), opened(self._settings) as record:
            record.asked_checks.leave(self._server)

    def _watch(self) -> None:
        """Tells how far the checks have come, and looks after those of servers that are gone."""
        sweep_at = 0.0
        while not self._over.wait(self._tick):
            try:
                self._tell()
                self._look_after_others()
                if time.monotonic() > sweep_at:
                    sweep_at = time.monotonic() + _SWEEP
                    uploads.sweep(self._settings)
            except (HiltError, OSError):  # the database may be away: who gives no sign of life meanwhile is not gone
                self._seen = {}

    def _tell(self) -> None:
        with self._lock:
            running = dict(self._running)
        for number, told in running.items():
            with opened(self._settings) as record:
                check = record.asked_checks.reach(number, self._server, told.reached)
            if check is None or check.stopping:
                told.ended.set()

    def _look_after_others(self) -> None:
        with opened(self._settings) as record:
            now = time.monotonic()
            self._seen = {beat: self._seen.get(beat, now) for beat in record.asked_checks.running()}
            for beat, since in self._seen.items():
                if now - since > self._patience:
                    record.asked_checks.give_back(beat, clock(), most_tries=MOST_TRIES, why=_GIVEN_UP)

    def _work(self) -> None:
        while not self._over.is_set():
            job = None
            with suppress(HiltError, OSError), opened(self._settings) as record:
                where = uploads.store(uploads.folder(self._settings))
                job = record.asked_checks.take(self._server, clock(), store=where)
            if job is None:
                self._over.wait(2 * self._tick)
                continue
            with suppress(RecordUnreachable):  # without a sign of life, it waits again
                self._carry_out(job)

    def _carry_out(self, job: Job) -> None:
        number, told = job.check.number, _Told()
        with self._lock:
            self._running[number] = told
        try:
            verdict, reference = self._verdict(job, told)
            (entry,) = _recorded(verdict, reference, self._settings)
        except _Ended:
            if not self._over.is_set():
                self._end(job, CheckState.INTERRUPTED, error=STOPPED)
        except RecordUnreachable:
            raise
        except HiltError as error:
            self._end(job, CheckState.FAILED, error=str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours: whoever asked is told so, and the next check is begun
            complain_of(error)
            self._end(job, CheckState.FAILED, error=_BUG)
        else:
            self._end(job, CheckState.DONE, verdict=verdict, place=entry.index)
        finally:
            with self._lock:
                del self._running[number]

    def _verdict(self, job: Job, told: _Told) -> tuple[Verdict, str]:
        """The verdict, and how the record calls what was checked."""
        settings, name = self._settings, job.check.name
        match job.check.origin:
            case Origin.UPSTREAM:
                return verdict_on(name, settings=settings, progress=told), name
            case Origin.FOLDER:
                where = place_of(name, settings)
                return verdict_on(where.path, settings=settings, progress=told, within=where.root), where.path
        path = uploads.files_of(job.upload, settings)
        verdict = verdict_on(path, settings=settings, progress=told, within=str(path.parent.resolve()))
        return _called(verdict, name), name

    def _end(
        self, job: Job, state: CheckState, *, verdict: Verdict | None = None, place: int = -1, error: str = ""
    ) -> None:
        subject = verdict.report.subject.digest if verdict is not None else ""
        with opened(self._settings) as record:
            ended = record.asked_checks.end(
                job.check.number,
                self._server,
                state,
                clock(),
                reached=self._running[job.check.number].reached,
                outcome=verdict.outcome if verdict is not None else None,
                subject=subject,
                place=place,
                error=error,
            )
        if ended and job.upload:
            uploads.forget(job.upload, self._settings)


def _called(verdict: Verdict, name: str) -> Verdict:
    """The verdict on an upload: the folder that it lies in for a while means nothing to anybody."""
    report = verdict.report
    return replace(verdict, report=replace(report, subject=replace(report.subject, reference=name)))


def _recorded(verdict: Verdict, reference: str, settings: Settings) -> tuple[Recorded, ...]:
    event, documents = given(verdict, reference=reference)
    with opened(settings, writing=True) as record:
        return record.commit([event], documents=documents)
