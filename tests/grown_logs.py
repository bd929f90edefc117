"""Logs of as many entries as a test needs, which say nothing."""

from __future__ import annotations

from pathlib import Path

from hilt.core.events import LogKeyAdded
from hilt.record import statements
from hilt.record.database import Database
from hilt.record.ledger.envelopes import sign
from hilt.record.ledger.keys import SigningKey, new_signing_key
from hilt.record.ledger.log import Log
from hilt.record.ledger.notes import Verifier
from hilt.record.ledger.writer import EntryRow
from hilt.record.statements import Statement

ORIGIN, AT = "log.example/models", "2026-11-21T12:00:00Z"


class Grown:
    """A log in `database`, and the key with which it signs."""

    def __init__(self, database: Database, size: int, *, key: SigningKey | None = None) -> None:
        self.database = database
        self.key = key or new_signing_key()
        self.verifier = Verifier(ORIGIN, self.key.public)
        self.log = Log(database, key=self.key)
        if not self.log.head().size:
            first = statements.write(Statement(LogKeyAdded(verifier=self.verifier.text), AT, ORIGIN))
            self.log.append([sign(first, self.key)], [EntryRow(LogKeyAdded.kind, "", "log", AT)])
        self.grow(size)

    def grow(self, size: int, said: str = "entry") -> None:
        """Adds entries until there are `size`."""
        new = [sign(f"{said} {place}".encode(), self.key) for place in range(self.log.head().size, size)]
        if new:
            self.log.append(new, [EntryRow("sample", "", "log", AT)] * len(new))


def grown(folder: Path, size: int, *, key: SigningKey | None = None) -> Grown:
    """A log in a file in `folder`."""
    database = Database(str(folder / "record.db"), create=True)
    database.create_tables()
    return Grown(database, size, key=key)
