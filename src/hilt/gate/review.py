"""review: the cases that wait for people, those first in which waiting costs most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from hilt.core.errors import UsageError
from hilt.core.events import Person, Recorded, UseRequested, VerdictGiven
from hilt.core.review import OpenCase
from hilt.core.verdict import Outcome
from hilt.gate.record import opened
from hilt.gate.recording.pages import pages
from hilt.gate.reviewing.todays_verdict import newest_verdict, rests_on
from hilt.gate.settings import Settings
from hilt.gate.status import Now, by_use, lasting, status_from

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Request

_AT_ONCE = 50
"""Histories that are read at once."""


def open_cases(*, person: str | None = None, settings: Settings | None = None) -> list[OpenCase]:
    """All open cases, or those that `person` (a name, or what the log calls them) may decide, by risk times waiting.

    It needs no key. Raises `RecordError` where the record cannot be read, `UsageError` where there is no such person.
    """
    with opened(settings or Settings()) as record:
        found: Iterator[OpenCase] | list[OpenCase] = each_open(record, Now.of(record))
        if person is not None:
            who = record.person(person)
            found = [one for one in found if may_decide(who, one)]
        return sorted(found, key=lambda one: (-one.weight * one.waited, one.case))


def each_open(record: Record, at: Now) -> Iterator[OpenCase]:
    """Every open case, those about one subject together: its history is proven once, however many they are."""
    asked: dict[str, list[Request]] = {}
    for places in pages(partial(record.registry.maybe_open, today=at.at.date().isoformat())):
        for one in record.registry.requests_at(places):
            asked.setdefault(one.subject, []).append(one)
    subjects = list(asked)
    for begin in range(0, len(subjects), _AT_ONCE):
        yield from _open(record, [one for subject in subjects[begin : begin + _AT_ONCE] for one in asked[subject]], at)


def open_among(record: Record, places: Sequence[int], at: Now) -> Iterator[OpenCase]:
    """The open cases of those with these numbers, the oldest request first."""
    return _open(record, record.registry.requests_at(places), at)


def _open(record: Record, asked: Sequence[Request], at: Now) -> Iterator[OpenCase]:
    """The open ones of these, each told from what is about its own use: a model may have many."""
    histories = record.histories({one.subject for one in asked})
    runs = {subject: lasting(history) for subject, history in histories.items()}
    about = {subject: _by_request(history) for subject, history in histories.items()}
    for one in asked:
        said = about[one.subject].get(one.place, histories[one.subject])
        if (case := open_case(one.place, said, at)) is not None:
            yield replace(case, status=replace(case.status, holdings=runs[one.subject]))


def _by_request(history: Sequence[Recorded]) -> dict[int, Sequence[Recorded]]:
    """What decides how the use stands that was asked for, by the places of the requests."""
    return {
        one.index: said
        for _, said in by_use(history)
        for one in said
        if isinstance(one.event, UseRequested) and not one.origin
    }


def open_case(place: int, history: Sequence[Recorded], at: Now) -> OpenCase | None:
    """The request at `place`; None where it is decided, or another one took its place."""
    request = request_of(place, history)
    status = status_from("", request.subject, history, at, request.use)
    standing = status.uses[0].standing
    if standing.outcome is Outcome.ADMIT or standing.case != place:
        return None
    entry = next(one for one in history if one.index == place and not one.origin)
    since = max(entry.at, judged_since(history))
    waited = int((at.at - datetime.fromisoformat(since)).total_seconds())
    return OpenCase(case=place, request=entry, status=status, since=since, waited=waited)


def request_of(place: int, history: Sequence[Recorded]) -> UseRequested:
    """What was asked for. Raises `UsageError` where the entry at `place` is no request."""
    for one in history:
        if one.index == place and not one.origin and isinstance(one.event, UseRequested):
            return one.event
    raise UsageError(f"#{place} is no request to use a model; `hilt review list` tells the open ones")


def judged_since(history: Sequence[Recorded]) -> str:
    """Since when the newest verdict of this record says what it says; empty where there is none."""
    newest, since = newest_verdict(history), ""
    for one in reversed(history):
        if isinstance(one.event, VerdictGiven) and not one.origin and newest is not None:
            if rests_on(one.event) != rests_on(newest):
                break
            since = one.at
    return since


def may_decide(person: Person, case: OpenCase) -> bool:
    """Does the case wait for this person?"""
    asked = case.use.standing.waits_for
    if not asked:
        return bool(person.keys)
    own = person.person == case.request.by
    return bool(person.keys) and not own and any(not set(person.roles).isdisjoint(one.by) for one in asked)
