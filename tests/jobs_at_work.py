"""What jobs of the tests do, in a module that their processes find."""

from __future__ import annotations

import time

from hilt.core.errors import UsageError
from hilt.core.progress import Progress


def counts(to: int, progress: Progress) -> int:
    progress.start(files=to, size=0)
    for _ in range(to):
        progress.advance(files=1)
    return to


def refuses(progress: Progress) -> None:
    raise UsageError("line 3: not YAML")


def breaks(progress: Progress) -> None:
    raise SystemExit(3)


def stumbles(progress: Progress) -> None:
    raise ValueError("\x1b[2J of a model")


def hangs(progress: Progress) -> None:
    progress.start(files=10, size=0)
    time.sleep(600)
