"""exceptions: what runs against its verdict, until when, and how that is renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hilt.core.errors import UsageError
from hilt.core.events import DecisionMade, Recorded
from hilt.core.progress import Progress
from hilt.core.review import HeldException
from hilt.core.status import Status
from hilt.core.verdict import Outcome
from hilt.gate.admit import admit
from hilt.gate.record import OwnKey, opened
from hilt.gate.recording.pages import histories, pages
from hilt.gate.reviewing.review_past import acts
from hilt.gate.settings import Settings
from hilt.gate.status import Now, by_use, judged_as, name_of
from hilt.policy.decided import FOREVER, stops

if TYPE_CHECKING:
    from hilt.record.record import Record


def exceptions(*, expiring: int | None = None, settings: Settings | None = None) -> list[HeldException]:
    """The exception for each use of each subject, what ends soonest first; what is over as well, until somebody renews, refuses
    or withdraws it. With `expiring`, only what ends within so many days. Raises `RecordError`."""
    with opened(settings or Settings()) as record:
        at = Now.of(record)
        last = FOREVER if expiring is None else (at.at.date() + timedelta(days=expiring)).isoformat()
        return held_exceptions(record, at, last)


def held_exceptions(record: Record, at: Now, last: str) -> list[HeldException]:
    """The exceptions of a record that is open which end on the day `last` at the latest."""
    rows = pages(partial(record.registry.decisions, exception=True, ending=("", last)))
    found: list[HeldException] = []
    for _, history in histories(record, (row.subject for page in rows for row in page)):
        for use, said in by_use(history):
            newest = _newest(said, use)
            held = _held(newest, said, at) if newest is not None else None
            found += [held] if held is not None else []
    return sorted((one for one in found if one.until <= last), key=lambda one: (one.until, one.decision.index))


def renew(
    place: int,
    *,
    until: str,
    why: str,
    answers: Mapping[str, str] | None = None,
    conditions: str = "",
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Status:
    """Decides anew what the exception at `place` in the log decided, on the evidence of today, until the day `until`.

    `why` answers every question that `answers` does not, and its conditions stay unless others are given. Raises
    `UsageError` where the entry is no exception, and whatever `admit` raises.
    """
    settings = settings or Settings()
    with opened(settings) as record:
        entry = record.find(place)
    if entry is None or not isinstance(entry.event, DecisionMade) or not entry.event.exception:
        raise UsageError(f"entry {place} is no exception; `hilt exceptions` tells their numbers")
    before = entry.event
    if before.conditions is not None and not conditions:
        if before.conditions.text is None:
            raise UsageError("--conditions: those of this exception were erased; say them anew")
        conditions = before.conditions.text
    return admit(
        f"#{before.case}",
        until=until,
        why=why,
        conditions=conditions,
        answers=answers,
        otherwise=why,
        key=key,
        password=password,
        settings=settings,
        progress=progress,
    )


def _newest(history: Sequence[Recorded], use: str) -> Recorded | None:
    """The newest exception for `use`, of what concerns it, that nobody undid."""
    newest: Recorded | None = None
    for act in acts(history):
        event = act.event
        if stops(event, use):
            newest = None
        elif isinstance(event, DecisionMade) and event.exception:
            newest = act
    return newest


def _held(entry: Recorded, history: Sequence[Recorded], at: Now) -> HeldException | None:
    """None where the verdict of today needs no exception."""
    event = entry.event
    standing = at.standing(history, _use(entry))
    if not isinstance(event, DecisionMade) or (standing.outcome is Outcome.ADMIT and not standing.exception):
        return None
    until = standing.until or event.until
    return HeldException(
        decision=entry,
        reference=judged_as(history),
        standing=standing,
        until=until,
        left=(date.fromisoformat(until) - at.at.date()).days,
        names={one.person: name_of(one) for one in at.people},
    )


def _use(entry: Recorded) -> str:
    return entry.event.use if isinstance(entry.event, DecisionMade) else ""
