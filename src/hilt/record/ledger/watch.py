"""What a process saw of the log, in memory and in the file of the kept checkpoint: the log must go on from both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from hilt.record.database import Database
from hilt.record.ledger.heads import VerifiedHead, grew, kept_checkpoint, newest
from hilt.record.ledger.kept import Kept


class Watch:
    """Looks at the log in `database`; used by many threads."""

    def __init__(self, database: Database, kept: Kept | None) -> None:
        self.database, self.kept = database, kept
        self._known: VerifiedHead | None = None
        self._fine = ""
        """The kept note from which the log was seen to go on."""

    @contextmanager
    def looking(self) -> Iterator[tuple[Connection, VerifiedHead]]:
        """One moment of the database, and its head. It must go on from what was known before that moment."""
        before, kept = self.before()
        with self.database.reading() as connection:
            yield connection, self.newest(connection, before, kept)

    def before(self) -> tuple[VerifiedHead | None, str]:
        """What is known now, in memory and in the file."""
        return self._known, self.kept.read() if self.kept else ""

    def newest(self, connection: Connection, before: VerifiedHead | None, kept: str) -> VerifiedHead:
        """The head in the database. Raises `RecordDamaged`, and `RecordBehind` where it does not go on from the others."""
        known = newest(connection, before)
        if self.kept is not None and kept not in ("", known.head.note, self._fine):
            seen = f"the checkpoint kept in {self.kept.path}"
            told = kept_checkpoint(kept, known, seen)
            grew(connection, known, told.size, told.root, seen)
            self._fine = kept
        self._remember(known)
        return known

    def committed(self, known: VerifiedHead) -> None:
        """The log is so now."""
        self._remember(known)

    def _remember(self, known: VerifiedHead) -> None:
        if self._known is None or known.head.size >= self._known.head.size:
            self._known = known
