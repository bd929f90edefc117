"""When somebody first saw the evidence of a case: noted in the database, wherever they saw it, and told in what they decide.

It shows how long people look before they decide, not that they looked: who writes to the database writes what they like.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from hilt.core.errors import RecordError
from hilt.gate.record import now
from hilt.gate.reviewing.deciding import Deciding
from hilt.gate.reviewing.todays_verdict import newest_verdict

if TYPE_CHECKING:
    from hilt.core.events import Person, VerdictGiven
    from hilt.record.record import Record


def remember(record: Record, person: Person, case: int, verdict: VerdictGiven) -> bool:
    """Notes that the evidence of `verdict` was shown, unless it was before; false where that cannot be written."""
    from hilt.record.accounts.store import note_opened

    shown = _shown(case, verdict)
    if record.accounts.opened_at(person.person, shown):
        return True
    try:
        record.accounts.change(note_opened(person.person, shown, now(record).isoformat()))
    except RecordError:
        return False
    return True


def opened_at(at: Deciding, case: int) -> str:
    """When the newest evidence of the case was first shown to whoever decides; empty where nobody saw to it."""
    verdict = newest_verdict(at.history) if case >= 0 else None
    if verdict is None:
        return ""
    noted = at.record.accounts.opened_at(at.person.person, _shown(case, verdict))
    return noted if _is_time(noted) else ""


def _shown(case: int, verdict: VerdictGiven) -> str:
    return sha256(f"{case}\n{verdict.policy_digest}\n{verdict.evidence}".encode()).hexdigest()


def _is_time(at: str) -> bool:
    try:
        return datetime.fromisoformat(at).isoformat() == at
    except ValueError:
        return False
