"""Puts verdicts on the record, all of one call at once."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.errors import HiltError, KeyUnusable, RecordError, UsageError
from hilt.core.events import Recorded
from hilt.core.verdict import Verdict
from hilt.gate.settings import Settings


def is_recorded(settings: Settings, *, record: bool | None) -> bool:
    """Is a check recorded? As the call says, and where it says nothing, as the settings do."""
    if record is not None:
        return record
    return settings.record is not None and settings.record.checks


def record_verdicts(verdicts: Sequence[Verdict], settings: Settings) -> tuple[tuple[Recorded, ...], list[HiltError]]:
    """Records the verdicts; and says of those that are not recorded why."""
    from hilt.gate.record import opened
    from hilt.gate.recording.verdicts import given

    sayable, problems = [], list[HiltError]()
    for verdict in verdicts:
        try:
            sayable.append(given(verdict))
        except UsageError as error:
            problems.append(error)
    if not sayable:
        return (), problems
    documents = [document for _, some in sayable for document in some]
    try:
        with opened(settings, writing=True) as record:
            return record.commit([event for event, _ in sayable], documents=documents), problems
    except (RecordError, KeyUnusable) as error:
        return (), [*problems, error]
