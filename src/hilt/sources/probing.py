"""Remembers in few bytes what came of a file: bytes that follow each other are one `Probe`, however many answers brought them."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

OPEN = 64
"""Runs of bytes that may still be followed by what comes behind them; one more, and the oldest is closed."""


class Probe(NamedTuple):
    """Bytes of a file as they came when it was read: where they begin, how many they are, and their SHA-256 in hex."""

    start: int
    size: int
    sha256: str


class _Run(NamedTuple):
    start: int
    digest: hashlib._Hash


class Probing:
    """Of one file, for one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[int, _Run] = {}
        self._closed: list[Probe] = []

    def take(self, start: int, data: bytes) -> None:
        """Bytes that came, and where they begin."""
        if not data:
            return
        run = self._open.pop(start, None) or _Run(start, hashlib.sha256())
        run.digest.update(data)
        behind = start + len(data)
        self._close(behind)
        self._open[behind] = run
        if len(self._open) > OPEN:
            self._close(next(iter(self._open)))

    def probes(self) -> tuple[Probe, ...]:
        """All that came, by where it begins."""
        return tuple(sorted((*self._closed, *(_probe(behind, run) for behind, run in self._open.items()))))

    def _close(self, behind: int) -> None:
        if run := self._open.pop(behind, None):
            self._closed.append(_probe(behind, run))


def _probe(behind: int, run: _Run) -> Probe:
    return Probe(run.start, behind - run.start, run.digest.hexdigest())
