"""What each person signed last."""

from __future__ import annotations

from hilt.core.events import Recorded
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.settings import Settings


def last_signed(settings: Settings) -> dict[str, Recorded]:
    """By what the log calls a person, the newest entry that they signed; nobody who signed none. Raises `RecordError`."""
    with opened(settings) as record:
        return _TOLD.of(
            record, "", lambda: {one.by: one for one in record.recorded_each(record.registry.newest_signed())}
        )


_TOLD = ToldAgain[dict[str, Recorded]]()
