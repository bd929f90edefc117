"""Files of which bytes went out that never were proven: whoever has the beginning of one must not go on from there.

A file goes out while it comes. Where its digest turns out wrong, the last bytes never go; but a client keeps what it has, and asks for
the rest another time, days later. That rest may be right, and nobody would see that the beginning is not. So the names of such files
are kept, without anything in them.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from heapq import nlargest
from pathlib import Path

LASTS = 90 * 86_400.0
"""Seconds after which no client is taken to go on any more."""
MOST = 100_000
"""Names that are kept; of more, those that were noted last. Each costs whoever lies more than a megabyte that it has to send."""


class Spoilt:
    """The names in `folder`. Used by many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str) -> None:
        """Notes it, now. A disk that does not take an empty file must not keep what is wrong from being thrown away."""
        with suppress(OSError):
            (self._folder / name).touch(mode=0o644)

    def has(self, name: str) -> bool:
        return os.path.lexists(self._folder / name)

    def prune(self) -> None:
        """Forgets those that are old, and those that are too many. Raises `OSError`."""
        names = []
        with os.scandir(self._folder) as inside:
            for one in inside:
                with suppress(FileNotFoundError):
                    names.append((one.stat(follow_symlinks=False).st_mtime, one.name))
        stay = {name for at, name in nlargest(MOST, names) if at > time.time() - LASTS}
        for _, name in names:
            if name not in stay:
                (self._folder / name).unlink(missing_ok=True)
