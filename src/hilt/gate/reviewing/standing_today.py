"""How a subject stands where today's policy says something else of what was seen than the newest verdict does.

Decisions are bound to a verdict. A policy, a profile or a waiver that changed makes another one, and `hilt recheck` records it.
Until somebody does, nothing is told to be admitted that today's settings would not leave admitted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hilt.core.events import VerdictGiven
from hilt.core.standing import Standing
from hilt.core.status import Status
from hilt.core.verdict import Outcome
from hilt.gate.judge import judged, policies
from hilt.gate.keeping.newest import Newest
from hilt.gate.recording.verdicts import given, verdict_of
from hilt.gate.reviewing.todays_verdict import rests_on
from hilt.gate.settings import Settings
from hilt.policy.engine import digest

if TYPE_CHECKING:
    from hilt.record.record import Record

_TODAY: Newest[tuple[VerdictGiven, str, tuple[str, ...], date], VerdictGiven] = Newest(1000)
"""By the verdict whose report was judged again, by all that bears on that beside the report, and by the day."""


def held_against_today(status: Status, record: Record, settings: Settings) -> Status:
    """`status`, with nothing admitted that the policies of `settings` judge otherwise by now. The bytes are not read."""
    last = status.verdict.event if status.verdict is not None and not status.verdict.origin else None
    if not isinstance(last, VerdictGiven) or all(one.standing.outcome is not Outcome.ADMIT for one in status.uses):
        return status
    today = _judged_today(last, record, settings)
    if rests_on(today) == rests_on(last) if today.policy == last.policy else _asks_no_more(today, last):
        return status
    why = (
        f"By today's settings the verdict is {today.outcome.word}, and rests on something else than that of entry "
        f"{status.verdict.index if status.verdict else -1}; what people decided was about the latter. "
        "`hilt recheck` records today's, and opens the case again."
    )
    uses = (replace(one, standing=_stopped(one.standing, today.outcome, why)) for one in status.uses)
    return replace(status, uses=tuple(uses))


def _judged_today(last: VerdictGiven, record: Record, settings: Settings) -> VerdictGiven:
    """What today's settings say of the same report. Of one with thousands of files that takes long, and it is asked again and again."""
    layers = policies(None, settings)
    rests = digest(layers, settings.env, settings.waivers, settings.profile, settings.settled)
    about = last, rests, tuple(one.name for one in layers), datetime.now(UTC).date()
    today = _TODAY.get(about)
    if today is None:
        report = verdict_of(last, record.document).report
        today, _ = given(judged(report, layers, settings), reference=last.reference)
        _TODAY.put(about, today)
    return today


def _asks_no_more(today: VerdictGiven, last: VerdictGiven) -> bool:
    """Is `last` no weaker? One by further policies beside those of the settings cannot be made again, and asks whatever they ask;
    one by others altogether may ask other people.
    """
    return today.outcome <= last.outcome and set(today.questions) <= set(last.questions)


def _stopped(standing: Standing, outcome: Outcome, why: str) -> Standing:
    if standing.outcome is not Outcome.ADMIT:
        return standing
    return replace(
        standing,
        outcome=max(outcome, Outcome.REVIEW),
        why=(why, *standing.why),
        until="",
        conditions=(),
        exception=False,
    )
