"""What each person signed last."""

from __future__ import annotations

from hilt.core.events import Recorded
from hilt.gate.record import opened
from hilt.gate.settings import Settings


def last_signed(settings: Settings) -> dict[str, Recorded]:
    """By what the log calls a person, the newest entry that they signed; nobody who signed none. Raises `RecordError`."""
    with opened(settings) as record:
        places = record.registry.newest_signed()
        return {one.by: one for one in record.recorded_each(places)}
