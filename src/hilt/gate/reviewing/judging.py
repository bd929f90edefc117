"""Stored reports, judged by the policies of today; many of them in as many processes as there are processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from hilt.core.errors import HiltError
from hilt.core.events import VerdictGiven
from hilt.core.rechecked import Change
from hilt.core.verdict import Verdict
from hilt.gate.judge import judged
from hilt.gate.recording.verdicts import given, verdict_of
from hilt.gate.reviewing.differences import differences
from hilt.gate.settings import Settings
from hilt.policy.document import Policy

T = TypeVar("T")
_MANY = 200
"""Reports from which on it pays to start processes."""
_AT_ONCE = 25
"""Reports that a process is given in one go."""


class RecordedVerdict(NamedTuple):
    """A recorded verdict, with its documents as they are kept."""

    event: VerdictGiven
    report: bytes
    verdict: bytes

    def read(self) -> Verdict:
        return verdict_of(self.event, {self.event.report: self.report, self.event.verdict: self.verdict}.__getitem__)


class NewVerdict(NamedTuple):
    """The verdict of today, with those of its documents that are not kept yet, and what changed."""

    event: VerdictGiven
    documents: tuple[bytes, ...]
    changes: tuple[Change, ...]


def after(before: RecordedVerdict, was: Verdict, now: Verdict) -> NewVerdict:
    """What `now` says, held against what the verdict `before` was."""
    stored = before.report if now.report is was.report else b""
    event, documents = given(now, reference=before.event.reference, stored=stored)
    return NewVerdict(event, documents[1:] if stored else documents, differences(was, now))


class Judging(Generic[T]):
    """Judges stored reports; a context manager, for `expected` reports or so.

    `tell`, a function of a module, says what is wanted of each, as `after` does: of the verdict as it is recorded, as it was, and as
    it is now.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        settings: Settings,
        tell: Callable[[RecordedVerdict, Verdict, Verdict], T],
        *,
        expected: int,
    ) -> None:
        self._judge = partial(_judge, tuple(policies), settings, tell)
        self._pool: ProcessPoolExecutor | None = None
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        # Only a fork needs nothing of the program that called: others would import its main module again.
        if expected >= _MANY and processors > 1 and "fork" in multiprocessing.get_all_start_methods():
            self._pool = ProcessPoolExecutor(processors, multiprocessing.get_context("fork"))

    def each(self, stored: Iterable[RecordedVerdict]) -> Iterator[T | HiltError]:
        """What is told of each, or what kept it from a verdict."""
        if self._pool is None:
            return map(self._judge, stored)
        return self._pool.map(self._judge, stored, chunksize=_AT_ONCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _judge(
    policies: Sequence[Policy],
    settings: Settings,
    tell: Callable[[RecordedVerdict, Verdict, Verdict], T],
    before: RecordedVerdict,
) -> T | HiltError:
    try:
        was = before.read()
        return tell(before, was, judged(was.report, policies, settings))
    except HiltError as error:
        return error
