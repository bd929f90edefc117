"""May these bytes run for this use now: told from what the record has of them, and from nothing else. Pure.

1. The newest verdict counts. Where it is admit, any registered person may admit the subject for a use; where it is
   review or block, it takes the people whom its questions name, and none of them may be who asked for the use.
2. An approval counts for the policy and the evidence that it was given for. Another verdict on the same ones leaves it
   as it is; any other makes it lapse, and the case is open again.
3. Roles are those that a person had when they approved. Each person counts once for a question.
4. A refusal or withdrawal holds until it is admitted anew after another request, by somebody else than who asked,
   whatever verdicts come. So does one of which
   nobody knows whether it was meant, for its key turned out to be compromised: that is review, not block.
5. What was imported from a log that is trusted here counts beside our own: a stop there is a stop here, and an
   admission there one here, unless our own verdict asks for people.
6. What cannot be told is never admit: no verdict, an end that has come, a clock that stands before the newest entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from hilt.core.events import (
    DecisionMade,
    HoldingBegun,
    HoldingEnded,
    Imported,
    Question,
    Recorded,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome
from hilt.policy.decided import FOREVER, Decided, decided
from hilt.policy.standing_words import clock, conditions, why

_ABOUT_SUBJECTS = (VerdictGiven, UseRequested, DecisionMade, Withdrawn, HoldingBegun, HoldingEnded, Imported)


class _Log(NamedTuple):
    """What one log says; `rests_on` are places in our own."""

    origin: str
    says: Decided
    rests_on: tuple[int, ...]


def standing(history: Sequence[Recorded], *, use: str, now: datetime, newest_at: str = "") -> Standing:
    """How a subject stands for `use` at `now`, which carries its time zone.

    `history` is every event about the subject in the order of the log, `newest_at` the time of the newest entry of all.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    ours, *others = _logs(history, use, at[:10])
    logs = [one for one in (ours, *others) if one.says.given is not None or not one.says.undecided] or [ours]
    outcome = _strictest(one.says for one in logs)
    # What makes it so is told first.
    logs.sort(key=lambda one: (one.says.outcome is not outcome, one.says.silent))
    admitting = [one.says for one in logs if outcome is Outcome.ADMIT and one.says.admitted]
    until = min((one.until for one in admitting), default=FOREVER)
    found = Standing(
        outcome=outcome,
        subject=next((one.event.subject for one in history if isinstance(one.event, _ABOUT_SUBJECTS)), ""),
        use=use,
        at=at,
        why=tuple(line for one in logs for line in why(one.says, one.origin)),
        rests_on=tuple(dict.fromkeys(place for one in logs for place in one.rests_on)),
        until="" if until == FOREVER else until,
        conditions=tuple(dict.fromkeys(line for one in admitting for line in conditions(one.approvals))),
        waits_for=() if admitting else _waits_for(ours.says),
        case=-1 if admitting or ours.says.case is None else ours.says.case.index,
        claimed=all(_claimed(one) for one in history),
        exception=any(one.given is not None and one.given.outcome is Outcome.BLOCK for one in admitting),
        stopped_before=ours.says.stopped_before,
    )
    newest = max((newest_at, *(one.at for one in history if not one.origin)), key=_moment)
    if _moment(newest) <= now:
        return found
    stopped = max(outcome, Outcome.REVIEW)
    return replace(
        found, outcome=stopped, why=(clock(at, newest), *found.why), until="", conditions=(), exception=False
    )


def _logs(history: Sequence[Recorded], use: str, today: str) -> list[_Log]:
    """What each log says, ours first."""
    entries: dict[str, list[Recorded]] = {"": []}
    brought: dict[str, list[int]] = {}
    for one in history:
        entries.setdefault(one.origin, []).append(one)
        if isinstance(one.event, Imported):
            brought.setdefault(one.event.origin, []).append(one.index)
    logs = []
    for origin, said in entries.items():
        says = decided(sorted(said, key=lambda one: one.index), use, today)
        logs.append(_Log(origin, says, tuple(brought.get(origin, ())) if origin else tuple(_places(says))))
    return logs


def _places(says: Decided) -> Iterable[int]:
    """Of the entries that decide, the weightiest first."""
    lapsed = () if says.admitted else (entry for entry, _ in says.lapsed)
    decisive = (says.stop, *(one.entry for one in says.approvals), says.verdict, *lapsed)
    return (one.index for one in decisive if one is not None)


def _strictest(logs: Iterable[Decided]) -> Outcome:
    """A stop anywhere is a stop; what one log admits, the others must not question."""
    every = tuple(logs)
    if any(one.outcome is Outcome.BLOCK for one in every):
        return Outcome.BLOCK
    admits = any(one.admitted for one in every) and all(one.admitted or one.silent for one in every)
    return Outcome.ADMIT if admits else Outcome.REVIEW


def _waits_for(says: Decided) -> tuple[Question, ...]:
    return tuple(replace(one.question, approvals=one.missing) for one in says.asked if one.missing)


def _claimed(entry: Recorded) -> bool:
    """Is this anything but a verdict on bytes that were digested here?"""
    return not isinstance(entry.event, VerdictGiven) or entry.event.claimed or bool(entry.origin)


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at) if at else datetime.min.replace(tzinfo=UTC)
