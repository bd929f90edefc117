"""A guard against what never ends. It counts the time that this process computes, so that a busy machine changes nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE = 60.0
"""Seconds: what ends at all takes a hundredth of it."""


@contextmanager
def no_hanging() -> Iterator[None]:
    """Raises `TimeoutError` in what goes on for a minute. On Windows there is no such clock, and no guard."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still not done after {_PATIENCE:.0f} seconds of computing")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
