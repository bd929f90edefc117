"""What today's checks and policy say of a subject, held against what was recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.verdict import Outcome


class Change(NamedTuple):
    """One thing of which a verdict says something else than the one before.

    `what` is "policy", "rule", "finding", "gap", "fact", "term", "duty" or "waiver"; `before` and `now` are empty where there
    was no such thing, or is none any more. `why` is what a rule says that does not pass now.
    """

    what: str
    name: str
    before: str = ""
    now: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """A subject that was judged again.

    `unread` says why the bytes were not read again and the stored report was judged instead; empty where they were read.
    `place` is where the new verdict stands in the log, -1 where nothing changed that a decision rests on. With it, the
    uses in `lapsed` are no longer admitted, and those in `revived` are again.
    """

    subject: str
    reference: str
    before: Outcome
    now: Outcome
    unread: str = ""
    changes: tuple[Change, ...] = ()
    place: int = -1
    lapsed: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The verdict of today; at least review, where people have to decide anew."""
        return max(self.now, Outcome.REVIEW) if self.lapsed else self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckedAll:
    """What became of many: how many were judged, how many stand otherwise, those of them that are told, and what went wrong."""

    judged: int
    changed: int
    told: tuple[Rechecked, ...]
    problems: tuple[str, ...]
