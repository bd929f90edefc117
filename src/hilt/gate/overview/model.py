"""model: everything that is recorded of one subject, as a page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilt.core.errors import ReportInvalid
from hilt.core.events import Recorded, VerdictGiven
from hilt.core.model import OtherBytes, ShownModel
from hilt.core.verdict import Verdict
from hilt.gate.record import opened
from hilt.gate.recording.named_subject import named_subject
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.reviewing.standing_today import held_against_today
from hilt.gate.settings import Settings
from hilt.gate.status import Now, is_withdrawn, status_from

if TYPE_CHECKING:
    from hilt.record.record import Record

MOST_OTHERS = 20


def model(subject: str, *, settings: Settings) -> ShownModel:
    """What is recorded of the subject with this digest. Raises `ReferenceInvalid` where that is nothing."""
    with opened(settings) as record:
        named = named_subject(f"sha256:{subject}", record, settings)
        history = record.history(subject)
        now = Now.of(record)
        status = held_against_today(status_from(named.reference, subject, history, now, None), record, settings)
        given = _own(history)
        verdict, unread = _read(record, given)
        others = record.registry.models(reference=status.reference, limit=MOST_OTHERS + 1)
        return ShownModel(
            status=status,
            given=given,
            verdict=verdict,
            entries=history,
            others=tuple(OtherBytes(one.subject, one.outcome, one.at) for one in others if one.subject != subject),
            unread=unread,
            withdrawn=is_withdrawn(history, now),
        )


def _own(history: tuple[Recorded, ...]) -> Recorded | None:
    """The newest verdict of this record."""
    own = (one for one in reversed(history) if not one.origin and not one.lapsed)
    return next((one for one in own if isinstance(one.event, VerdictGiven)), None)


def _read(record: Record, given: Recorded | None) -> tuple[Verdict | None, str]:
    if given is None or not isinstance(given.event, VerdictGiven):
        return None, ""
    try:
        return verdict_of(given.event, record.document), ""
    except ReportInvalid as error:
        return None, str(error)
