"""Checks that people ask a server for: what is to be checked, how far it has come, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from hilt.core.verdict import Outcome


class Origin(Enum):
    """Where the bytes come from."""

    UPSTREAM = "upstream"
    UPLOAD = "upload"
    FOLDER = "folder"


class CheckState(Enum):
    """How things stand with a check. An interrupted one was stopped by somebody, or given up with the server that ran it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def over(self) -> bool:
        return self not in (CheckState.WAITING, CheckState.RUNNING)


class Reached(NamedTuple):
    """How far a check has come; nothing is known of the sizes before its files are listed."""

    files: int = 0
    all_files: int = 0
    size: int = 0
    all_size: int = 0

    @property
    def share(self) -> float:
        """Between 0 and 1: files are read and hashed at the same time."""
        read = self.files / self.all_files if self.all_files else 0.0
        hashed = self.size / self.all_size if self.all_size else read
        return min(1.0, (read + hashed) / 2)


NOTHING_YET = Reached()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCheck:
    """One check that the person `person` asked for. Times are UTC, ISO 8601, and empty before they came.

    `name` is what was asked for, as the record will call it: hf:org/name@revision, a folder of the settings and the way into
    it, or upload:NAME. A check that is done has `outcome`, the `subject` digest and the `place` of its verdict in the log; one
    that failed or was interrupted has `error`.
    """

    number: int
    person: str
    origin: Origin
    name: str
    state: CheckState = CheckState.WAITING
    asked: str
    begun: str = ""
    ended: str = ""
    reached: Reached = NOTHING_YET
    stopping: bool = False
    outcome: Outcome | None = None
    subject: str = ""
    place: int = -1
    error: str = ""
