"""Work in a process of its own that is not over before somebody stops it."""

from __future__ import annotations

import time

from hilt.core.progress import Progress


def endless(progress: Progress) -> None:
    progress.start(files=27, size=0)
    time.sleep(0.3)
    progress.advance(files=12)
    time.sleep(600)
