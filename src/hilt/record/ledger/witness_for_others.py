"""What a witness remembers: of each log the last checkpoint that it signed, and a second history where it was shown one."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Column, MetaData, String, Table, Text, insert, select, update

from hilt.record.database import Database
from hilt.record.ledger.checkpoints import Checkpoint, cosign
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.notes import Kind, Verifier, read_note
from hilt.record.ledger.witness_protocol import CosignRequest, Refused, judge, verified

_TABLES = MetaData()
_logs = Table(
    "witnessed",
    _TABLES,
    Column("origin", String(1000), primary_key=True),
    Column("note", Text, nullable=False),
    Column("against", Text, nullable=False),
)
"""`against` is the note of a checkpoint of the same size with another root: with `note`, the proof that the log lies."""


class WitnessedLog(NamedTuple):
    """The last checkpoint of a log that was signed here, and one that contradicts it, empty where there is none."""

    origin: str
    note: str
    against: str


class LogWitness:
    """Signs checkpoints of `logs` under `name`. Made once and used by many threads; raises `RecordError`.

    It remembers in the database at `where` before it answers, and holds that from reading to writing: of two requests at
    once, and of two processes on one database, the second sees what the first one left.
    """

    def __init__(self, where: str, *, name: str, key: SigningKey, logs: tuple[Verifier, ...]) -> None:
        self.verifier = Verifier(name, key.public, Kind.WITNESS)
        self._key, self._logs = key, logs
        self._database = Database(where, create=True)
        with self._database.writing() as connection:
            _TABLES.create_all(connection)

    def add_checkpoint(self, request: CosignRequest, time: int) -> str:
        """What is signed of the checkpoint, as lines of a note. Raises `Refused`."""
        told, note = verified(request, self._logs)
        here = _logs.c.origin == told.origin
        line = cosign(note.text, self.verifier.name, self._key, time)
        fork: Refused | None = None
        with self._database.writing() as connection:
            last = connection.execute(select(_logs.c.note).where(here)).scalar()
            try:
                judge(request, told, Checkpoint.read(read_note(last).text) if last else None)
            except Refused as error:
                if not error.fork:
                    raise
                fork = error
                connection.execute(update(_logs).where(here).values(against=str(note)))
            else:
                if last is None:
                    connection.execute(insert(_logs).values(origin=told.origin, note=f"{note}{line}", against=""))
                else:
                    connection.execute(update(_logs).where(here).values(note=f"{note}{line}"))
        if fork:
            raise fork
        return line

    def checkpoint(self, digest: str) -> str:
        """The note that was signed last of the log whose origin has this SHA-256; empty where there is none."""
        return next((one.note for one in self.seen() if sha256(one.origin.encode()).hexdigest() == digest), "")

    def seen(self) -> list[WitnessedLog]:
        """What is remembered, in the order of the names of logs."""
        with self._database.reading() as connection:
            return [WitnessedLog(*row) for row in connection.execute(select(_logs).order_by(_logs.c.origin))]

    def close(self) -> None:
        self._database.close()
