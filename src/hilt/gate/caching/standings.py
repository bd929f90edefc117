"""How models of the record stand, in the words of a scan: proven by the log, and held against today's settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.cache_scan import AdmittedFor, CacheState
from hilt.core.events import DecisionMade, Recorded, Say, VerdictGiven, Withdrawn
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome
from hilt.gate.recording.pages import histories
from hilt.gate.reviewing.standing_today import held_against_today
from hilt.gate.settings import Settings
from hilt.gate.status import Now, status_from

if TYPE_CHECKING:
    from hilt.record.record import Record


class Stands(NamedTuple):
    """How a model stands, why and since when; `by_verdict` is true where a verdict alone stops it."""

    state: CacheState
    why: tuple[str, ...]
    since: str = ""
    uses: tuple[AdmittedFor, ...] = ()
    by_verdict: bool = False


def standings(
    record: Record, subjects: Iterable[str], use: str, settings: Settings
) -> dict[str, tuple[Stands, Sequence[Recorded]]]:
    """How each stands for `use`, where that is empty, for whatever it is admitted; and all that was recorded of it."""
    at = Now.of(record)
    told: dict[str, tuple[Stands, Sequence[Recorded]]] = {}
    for subject, history in histories(record, subjects):
        status = status_from(f"sha256:{subject}", subject, history, at, use or None)
        if status.outcome is Outcome.ADMIT or len(status.uses) > 1:
            status = held_against_today(status, record, settings)
        every = [one.standing for one in status.uses] or [at.standing(history, "")]
        told[subject] = _stands(every, history), history
    return told


def _stands(every: Sequence[Standing], history: Sequence[Recorded]) -> Stands:
    admitting = [one for one in every if one.outcome is Outcome.ADMIT]
    if admitting:
        uses = tuple(AdmittedFor(one.use, one.until) for one in admitting)
        return Stands(CacheState.ADMITTED, admitting[0].why, uses=uses)
    blocking = next((one for one in every if one.outcome is Outcome.BLOCK), None)
    if blocking is None:
        return Stands(CacheState.NEVER_ADMITTED, every[0].why)
    decisive = [one for one in history if one.index in blocking.rests_on and not one.origin]
    stop = next((one for one in reversed(decisive) if _stops(one)), None) or _stopped_elsewhere(history, decisive)
    entry = stop or next((one for one in reversed(decisive) if isinstance(one.event, VerdictGiven)), None)
    taken_back = stop is not None and isinstance(stop.event, Withdrawn)
    return Stands(
        CacheState.WITHDRAWN if taken_back else CacheState.BLOCKED,
        (*_said(stop), *blocking.why),
        since=entry.at if entry is not None else "",
        by_verdict=stop is None,
    )


def _stopped_elsewhere(history: Sequence[Recorded], decisive: Sequence[Recorded]) -> Recorded | None:
    """What a log says that is trusted here, where no verdict of our own is block."""
    if any(isinstance(one.event, VerdictGiven) and one.event.outcome is Outcome.BLOCK for one in decisive):
        return None
    return next((one for one in reversed(history) if one.origin and not one.lapsed and _stops(one)), None)


def _stops(entry: Recorded) -> bool:
    return isinstance(entry.event, Withdrawn) or (isinstance(entry.event, DecisionMade) and entry.event.say is Say.NO)


def _said(stop: Recorded | None) -> tuple[str, ...]:
    """Why somebody stopped it, in their words."""
    if stop is None or not isinstance(stop.event, Withdrawn | DecisionMade) or not stop.event.why.text:
        return ()
    return (stop.event.why.text,)
