"""estate: what home shows of all models: how they were judged, what waits, what ends, what changed, and what runs and should not."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hilt.core.estate import MOST, MOST_WAITING, Decided, Ending, Estate, Turned
from hilt.core.events import HoldingBegun, Person
from hilt.core.review import OpenCase
from hilt.core.status import Held
from hilt.core.verdict import Outcome
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.review import may_decide, open_among
from hilt.gate.settings import Settings
from hilt.gate.status import Now, judged_as, lasting, name_of

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Decision

SHOWN = 5
"""What is shown of each kind; what is proven takes some 1.5 ms each."""
LOOKED_AT = 10
"""Requests that are looked at for those that wait: nearly every one of them does."""
DAYS = 30
"""Days within which something ends soon."""


def estate(whom: Person | None = None, *, settings: Settings | None = None) -> Estate:
    """The figures, and of each list the first few; the cases are those that wait for `whom`, or all. Raises `RecordError`.

    Where the record is kept open, what was told is told again, until the log grows.
    """
    with opened(settings or Settings()) as record:
        return _TOLD.of(record, whom.person if whom else "", lambda: _estate(record, whom))


_TOLD = ToldAgain[Estate]()


def _estate(record: Record, whom: Person | None) -> Estate:
    at, registry = Now.of(record), record.registry
    today = at.at.date()
    waiting, more_waiting = _waiting(record, at, whom)
    ending = registry.ending(today.isoformat(), (today + timedelta(days=DAYS)).isoformat(), limit=MOST + SHOWN + 1)
    decided = registry.decisions(newest_first=True, limit=SHOWN)
    named = registry.models_of({one.subject for one in (*ending[:SHOWN], *decided)})
    references = {subject: model.reference for subject, model in named.items()}
    stopped, more_stopped = _stopped(record, at)
    verdicts = Counter[Outcome](dict.fromkeys(Outcome, 0))
    for one in registry.counts():
        verdicts[one.outcome] += one.models
    return Estate(
        at=at.at.isoformat(timespec="seconds"),
        verdicts=dict(verdicts),
        said_yes=registry.said_yes(today.isoformat()),
        waiting=waiting,
        more_waiting=more_waiting,
        ending=tuple(_ending(one, references, today) for one in ending[:SHOWN]),
        more_ending=max(0, len(ending) - SHOWN),
        decided=tuple(_decided(one, references) for one in decided),
        turned=tuple(
            Turned(one.turned, one.subject, one.reference, one.before, one.outcome)
            for one in registry.turned(limit=SHOWN)
            if one.before is not None
        ),
        stopped=stopped,
        more_stopped=more_stopped,
        names={one.person: name_of(one) for one in at.people},
    )


def _waiting(record: Record, at: Now, whom: Person | None) -> tuple[tuple[OpenCase, ...], int]:
    """The oldest cases that wait for whoever asks, and how many there may be beside them."""
    places = record.registry.maybe_open(today=at.at.date().isoformat(), whom=whom, limit=MOST_WAITING + LOOKED_AT + 1)
    found: list[OpenCase] = []
    looked = 0
    while len(found) < SHOWN and looked < min(len(places), LOOKED_AT):
        some = places[looked : looked + SHOWN]
        looked += len(some)
        found += (one for one in open_among(record, some, at) if whom is None or may_decide(whom, one))
    return tuple(found[:SHOWN]), len(places) - looked + max(0, len(found) - SHOWN)


def _stopped(record: Record, at: Now) -> tuple[tuple[Held, ...], int]:
    """What runs although it is blocked or withdrawn, newest first, and how much there may be beside it."""
    rows = record.registry.stopped_holdings(limit=MOST + SHOWN + 1)
    some = rows[:SHOWN]
    histories = record.histories({one.subject for one in some})
    held = []
    for row in some:
        history = histories[row.subject]
        entry = next((one for one in lasting(history) if one.index == row.place and not one.origin), None)
        if entry is not None and isinstance(entry.event, HoldingBegun):
            stands = at.standing(history, entry.event.use)
            if stands.outcome is not Outcome.ADMIT:  # an exception admits what is blocked
                held.append(Held(judged_as(history) or f"sha256:{row.subject}", entry, stands))
    return tuple(held), len(rows) - len(some)


def _ending(one: Decision, references: dict[str, str], today: date) -> Ending:
    left = (date.fromisoformat(one.until) - today).days
    reference = references.get(one.subject, f"sha256:{one.subject}")
    return Ending(one.place, one.subject, reference, one.use, one.until, left, one.exception, one.person)


def _decided(one: Decision, references: dict[str, str]) -> Decided:
    reference = references.get(one.subject, f"sha256:{one.subject}")
    return Decided(one.place, one.subject, reference, one.use, one.say, one.at, one.person)
