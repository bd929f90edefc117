"""changes: what the log says more than it did, as pages ask for it: how far it has come, and what is different now."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.events import DecisionMade, Recorded, Remarked, UseRequested
from hilt.gate.record import opened
from hilt.gate.settings import Settings

MOST = 200
"""Entries that are looked at; of more, everything is taken to have changed."""
EVERYTHING = "log"
_PEOPLE = {"person", "key", "key-revocation", "erasure"}


class Changes(NamedTuple):
    """The log has `size` entries, and what `about` names has changed: `case-17`, `model-` and a digest, `cases`, `people`;
    `log` stands for any of it."""

    size: int
    about: frozenset[str] = frozenset()


def changes(since: int, settings: Settings) -> Changes:
    """What the log says since it had so many entries; of an earlier log, nothing."""
    with opened(settings) as record:
        size = record.log.head().size
        if not 0 <= since < size:
            return Changes(size)
        newest = [record.recorded(place) for place in range(max(since, size - MOST), size)]
    about = {name for one in newest for name in _about(one)}
    return Changes(size, frozenset(about | {EVERYTHING} | ({"everything"} if size - since > MOST else set())))


def _about(recorded: Recorded) -> set[str]:
    event = recorded.event
    if event.kind in _PEOPLE:
        return {"people"}
    about = {f"model-{event.subject}"} if hasattr(event, "subject") else set()
    if isinstance(event, UseRequested):
        about |= {f"case-{recorded.index}"}
    if isinstance(event, DecisionMade | Remarked) and event.case >= 0:
        about |= {f"case-{event.case}"}
    return about | {"cases"}
