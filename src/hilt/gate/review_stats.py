"""review stats: how long deciding takes, how often people and hilt disagree, and what looks like a rubber stamp.

Everything is told from the log. What counts is what people did within the time that is asked for, whether or not it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import UsageError
from hilt.core.events import DecisionMade, Recorded, Say, UseRequested, VerdictGiven
from hilt.core.review import QUICK, Deciding, Share, Stats, Times
from hilt.core.verdict import Outcome
from hilt.gate.exceptions import held_exceptions
from hilt.gate.record import opened
from hilt.gate.review import each_open
from hilt.gate.review_past import acts, verdict_under
from hilt.gate.settings import Settings
from hilt.gate.status import Now, by_use, name_of
from hilt.policy.decided import stops

if TYPE_CHECKING:
    from hilt.record.record import Record

MANY, NEARLY_ALL = 50, 0.98
"""From so many decisions on, a larger share of yeses is an alarm where a tenth of the decisions was quick."""
DAYS = 90
_AT_ONCE = 50


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
    subjects, after = dict[str, None](), None
    while page := record.registry.decisions(after=after, limit=1000):
        after = page[-1].place
        subjects |= dict.fromkeys(one.subject for one in page if one.at[:10] >= since)
    named = list(subjects)
    for begin in range(0, len(named), _AT_ONCE):
        for history in record.histories(named[begin : begin + _AT_ONCE]).values():
            for _, said in by_use(history):
                for entry in acts(said):
                    if isinstance(entry.event, DecisionMade) and entry.at[:10] >= since:
                        yield _act(entry, entry.event, said)


def _act(entry: Recorded, event: DecisionMade, history: Sequence[Recorded]) -> Act:
    given = verdict_under(entry, history)
    asked = given.questions if given is not None else ()
    return Act(
        entry=entry,
        event=event,
        outcome=given.outcome if given is not None else Outcome.REVIEW,
        rules=tuple(rule for rule, _ in event.answers) or tuple(one.rule for one in asked),
        waited=_seconds(_put_to_people(event, history), entry.at),
        looked=_seconds(event.opened, entry.at),
        undone=any(stops(one.event, event.use) for one in acts(history) if one.index > entry.index),
    )


def _put_to_people(event: DecisionMade, history: Sequence[Recorded]) -> str:
    """When it was asked for, or judged as it was decided, whichever came later; empty where nobody asked."""
    request = next((one for one in history if one.index == event.case and isinstance(one.event, UseRequested)), None)
    judged = (one.at for one in history if isinstance(one.event, VerdictGiven) and one.event.basis == event.basis)
    return max(request.at, next(judged, "")) if request is not None else ""


def _seconds(begin: str, end: str) -> float | None:
    if not begin:
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())


def _deciding(name: str, every: Sequence[Act]) -> Deciding:
    cases = [act for act in every if act.event.case >= 0]
    return Deciding(
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
