"""review stats: how long deciding takes, how often people and hilt disagree, and what looks like a rubber stamp.

Everything is told from the log. What counts is what people did within the time that is asked for, whether or not it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import UsageError
from hilt.core.events import DecisionMade, Recorded, Say, UseRequested, VerdictGiven
from hilt.core.review import QUICK, HowDecided, Share, Stats, Times
from hilt.core.verdict import Outcome
from hilt.gate.exceptions import held_exceptions
from hilt.gate.record import opened
from hilt.gate.recording.pages import histories, pages
from hilt.gate.review import each_open
from hilt.gate.reviewing.review_past import acts
from hilt.gate.settings import Settings
from hilt.gate.status import Now, by_use, name_of
from hilt.policy.decided import stops

if TYPE_CHECKING:
    from hilt.record.record import Record

MANY, NEARLY_ALL = 50, 0.98
"""From so many decisions on, a larger share of yeses is an alarm where a tenth of the decisions was quick."""
DAYS = 90


class Act(NamedTuple):
    """A decision, with the outcome of its verdict and the rules that it was about. Seconds are None where nobody can tell."""

    entry: Recorded
    event: DecisionMade
    outcome: Outcome
    rules: tuple[str, ...]
    waited: float | None
    looked: float | None
    undone: bool

    @property
    def yes(self) -> bool:
        return self.event.say is Say.YES

    @property
    def quick(self) -> bool:
        return self.looked is None or self.looked < QUICK


def review_stats(*, by: str = "", since: str | None = None, settings: Settings | None = None) -> Stats:
    """How deciding went since the day `since` (for `DAYS` without one, ever if it is empty), for all and `by` "person" or "rule".

    Raises `UsageError` for another word, `RecordError` where the record cannot be read.
    """
    if by not in ("", "person", "rule"):
        raise UsageError(f"--by {by}: known are person and rule")
    with opened(settings or Settings()) as record:
        at = Now.of(record)
        since = (at.at - timedelta(days=DAYS)).date().isoformat() if since is None else since
        every = list(_acts(record, since))
        waiting = [case.waited for case in each_open(record, at)]
        over = held_exceptions(record, at, (at.at.date() - timedelta(days=1)).isoformat())
    names = {one.person: f"{name_of(one)} ({one.person})" for one in at.people}
    groups: dict[str, list[Act]] = {}
    for act in every if by else ():
        for name in (names.get(act.entry.by, act.entry.by),) if by == "person" else act.rules:
            groups.setdefault(name, []).append(act)
    return Stats(
        since=since,
        total=_deciding("", every),
        groups=tuple(_deciding(name, groups[name]) for name in sorted(groups)),
        alike=_alike(every),
        queue=Times.of(waiting),
        waiting=len(waiting),
        expired=len(over),
    )


def _acts(record: Record, since: str) -> Iterator[Act]:
    """Every decision that counts, since the day `since`."""
    rows = pages(record.registry.decisions)
    subjects = (row.subject for page in rows for row in page if row.at[:10] >= since)
    for _, history in histories(record, subjects):
        for use, said in by_use(history):
            yield from (act for act in _acts_in(said, use) if act.entry.at[:10] >= since)


def _acts_in(history: Sequence[Recorded], use: str) -> Iterator[Act]:
    """The decisions for one use, from what concerns it: each entry is looked at once, however many there are."""
    last_stop = max((one.index for one in acts(history) if stops(one.event, use)), default=-1)
    asked: dict[int, str] = {}
    judged: dict[tuple[str, str], str] = {}
    under: dict[tuple[str, str], VerdictGiven] = {}
    for one in history:
        event = one.event
        if one.origin:
            continue
        if isinstance(event, UseRequested):
            asked[one.index] = one.at
        elif isinstance(event, VerdictGiven):
            judged.setdefault(event.basis, one.at)
            under[event.basis] = event
        elif isinstance(event, DecisionMade) and not one.lapsed:
            put_to_people = max(asked[event.case], judged.get(event.basis, "")) if event.case in asked else ""
            yield _act(one, event, under.get(event.basis), put_to_people, undone=one.index < last_stop)


def _act(entry: Recorded, event: DecisionMade, given: VerdictGiven | None, put_to_people: str, *, undone: bool) -> Act:
    questions = given.questions if given is not None else ()
    return Act(
        entry=entry,
        event=event,
        outcome=given.outcome if given is not None else Outcome.REVIEW,
        rules=tuple(rule for rule, _ in event.answers) or tuple(one.rule for one in questions),
        waited=_seconds(put_to_people, entry.at),
        looked=_seconds(event.opened, entry.at),
        undone=undone,
    )


def _seconds(begin: str, end: str) -> float | None:
    if not begin:
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())


def _deciding(name: str, every: Sequence[Act]) -> HowDecided:
    cases = [act for act in every if act.event.case >= 0]
    return HowDecided(
        name=name,
        decisions=len(every),
        yes=Share.of(act.yes for act in every),
        waited=Times.of(act.waited for act in cases if act.waited is not None),
        looked=Times.of(act.looked for act in cases if act.looked is not None),
        unopened=Share.of(act.looked is None for act in cases),
        quick=Share.of(act.quick for act in cases),
        looser=Share.of(act.yes for act in every if act.outcome is Outcome.BLOCK),
        stricter=Share.of(not act.yes for act in every if act.outcome is Outcome.ADMIT),
        reversed=Share.of(act.undone for act in every if act.yes),
        alarms=tuple(_alarms(cases)),
    )


def _alarms(cases: Sequence[Act]) -> Iterator[str]:
    yes = sum(act.yes for act in cases)
    quickest = Times.of(act.looked or 0.0 for act in cases).p10
    if len(cases) >= MANY and yes > NEARLY_ALL * len(cases) and quickest is not None and quickest < QUICK:
        yield (
            f"{yes} of {len(cases)} decisions were a yes, and at least a tenth of them came within {QUICK} seconds of the "
            "evidence, or without it"
        )


def _alike(every: Sequence[Act]) -> Share:
    """Of the cases that several people decided, those in which all said the same last."""
    cases: dict[int, dict[str, bool]] = {}
    for act in every:
        if act.event.case >= 0:
            cases.setdefault(act.event.case, {})[act.entry.by] = act.yes
    return Share.of(len(set(said.values())) == 1 for said in cases.values() if len(said) > 1)
