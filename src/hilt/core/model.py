"""One model as it is shown: how it stands, what was seen, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.events import Recorded, VerdictGiven
from hilt.core.status import Status
from hilt.core.verdict import Outcome, Verdict


class OtherBytes(NamedTuple):
    """Other bytes that were judged under the same reference, and when that was last."""

    subject: str
    outcome: Outcome
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownModel:
    """Everything that is recorded of one subject; `entries` are oldest first.

    `verdict` is our own newest one with its report, None where there is none or where its documents, as `unread` says, cannot
    be read any more. It is `withdrawn` where it was for every use.
    """

    status: Status
    given: Recorded | None
    verdict: Verdict | None
    entries: tuple[Recorded, ...]
    others: tuple[OtherBytes, ...] = ()
    unread: str = ""
    withdrawn: bool = False

    @property
    def outcome(self) -> Outcome:
        """Of the newest verdict, whoever's it is; review where there is none."""
        event = self.status.verdict.event if self.status.verdict else None
        return event.outcome if isinstance(event, VerdictGiven) else Outcome.REVIEW
