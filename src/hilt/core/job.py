"""Work that somebody asked a server for, and that takes longer than they wait for a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`kind` says what it is, `person` who asked for it. Times are UTC, ISO 8601; `ended` is empty while it goes on.

    `done` of `whole` is how far it has come. A job that is over has a `result`, or an `error`.
    """

    number: str
    kind: str
    person: str
    begun: str
    ended: str = ""
    done: int = 0
    whole: int = 0
    result: object = None
    error: str = ""

    @property
    def over(self) -> bool:
        return bool(self.ended)
