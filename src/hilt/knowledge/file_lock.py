"""One writer of a file at a time: a lock on a neighbour of it, which the operating system takes back when its holder ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hilt.core.errors import SourceError

WAIT = 600.0
"""Seconds that a writer waits for another."""
_TICK = 0.05


@contextmanager
def locked(path: Path, wait: float = WAIT) -> Iterator[None]:
    """Holds the lock of the file at `path`, which need not be there yet. Raises `SourceError` where another keeps it, `OSError` where none can be made."""
    beside = path.with_name(path.name + ".lock")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        until = time.monotonic() + wait
        while not _take(descriptor):
            if time.monotonic() > until:
                raise SourceError(f"{path}: another process has been writing to it for {wait:.0f} s; try again later")
            time.sleep(_TICK)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
