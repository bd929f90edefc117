"""A progress bar on a terminal, once a check has taken more than a second."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self

PATIENCE = 1.0
"""Seconds without a bar."""

PERIOD = 0.2
"""Seconds between two drawings."""

WIDTH = 30


class Bar:
    """A `Progress` that draws itself on standard error if that is a terminal; use it as a context manager."""

    def __init__(self) -> None:
        self._files = self._size = self._all_files = self._all_size = 0
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._draw_until_over, daemon=True)

    def start(self, *, files: int, size: int) -> None:
        self._all_files, self._all_size = files, size
        self._files = self._size = 0

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        with self._lock:
            self._files += files
            self._size += size

    def _draw_until_over(self) -> None:
        begun = time.monotonic()
        drawn = False
        while not self._over.wait(PERIOD):
            if time.monotonic() - begun > PATIENCE:
                sys.stderr.write(f"\r{self._line()}\x1b[K")
                sys.stderr.flush()
                drawn = True
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _line(self) -> str:
        read = self._files / self._all_files if self._all_files else 0.0
        hashed = self._size / self._all_size if self._all_size else read
        done = min(1.0, (read + hashed) / 2)
        bar = "█" * int(WIDTH * done) + "░" * (WIDTH - int(WIDTH * done))
        size = f", {self._size / 1e9:.1f} of {self._all_size / 1e9:.1f} GB hashed" if self._all_size else ""
        return f"{bar} {self._files} of {self._all_files} files read{size}"

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Draws no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
