"""When somebody first saw the evidence of a case: noted on their own machine, and told in what they decide.

It shows how long people look before they decide, not that they looked: a note in a file of theirs proves nothing.
"""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hilt.gate import user_folders
from hilt.gate.deciding import Deciding
from hilt.gate.record import now
from hilt.gate.todays_verdict import newest_verdict
from hilt.output.write import write

if TYPE_CHECKING:
    from hilt.core.events import VerdictGiven
    from hilt.record.ledger.keys import PublicKey
    from hilt.record.record import Record

MOST = 1000
"""Cases that are remembered for a key; the oldest are forgotten."""


def remember(record: Record, key: PublicKey, case: int, verdict: VerdictGiven) -> bool:
    """Notes that the evidence of `verdict` was shown, unless it was before; false where that cannot be written."""
    file, name = _file(key), _name(record, case, verdict)
    notes = _notes(file)
    if name in notes:
        return True
    notes[name] = now(record).isoformat()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(file, json.dumps(dict(list(notes.items())[-MOST:]), indent=1))
    except OSError:
        return False
    return True


def opened_at(at: Deciding, case: int) -> str:
    """When the newest evidence of the case was first shown to whoever decides; empty where nobody saw to it."""
    verdict = newest_verdict(at.history) if case >= 0 else None
    if verdict is None:
        return ""
    return _notes(_file(at.key.public)).get(_name(at.record, case, verdict), "")


def _file(key: PublicKey) -> Path:
    return user_folders.state() / "opened" / f"{sha256(key.der).hexdigest()[:16]}.json"


def _name(record: Record, case: int, verdict: VerdictGiven) -> str:
    told = f"{record.log.origin}\n{case}\n{verdict.policy_digest}\n{verdict.evidence}"
    return sha256(told.encode()).hexdigest()


def _notes(file: Path) -> dict[str, str]:
    """The times by what was shown; none where the file is no such file."""
    try:
        notes: Any = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(notes, dict):
        return {}
    return {name: at for name, at in notes.items() if isinstance(name, str) and _is_time(at)}


def _is_time(at: Any) -> bool:
    try:
        return isinstance(at, str) and datetime.fromisoformat(at).isoformat() == at
    except ValueError:
        return False
