"""Logs for tests: entries that say something real, signed with keys made for the test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hilt.core.events import LogKeyAdded, Withdrawn, Words
from hilt.record import statements
from hilt.record.database import Database
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.log import Log
from hilt.record.ledger.notes import Verifier
from hilt.record.ledger.writer import EntryRow
from sample_receipts import ed25519_key

ORIGIN = "log.example/hilt"
AT = "2026-11-21T10:00:00Z"
KEY, OTHER = ed25519_key(21), ed25519_key(22)


def genesis(
    key: SigningKey = KEY, origin: str = ORIGIN, signed_by: SigningKey | None = None
) -> tuple[Envelope, EntryRow]:
    """The entry that brings a key of the log."""
    event = LogKeyAdded(verifier=Verifier(origin, key.public).text)
    payload = statements.write(statements.Statement(event, AT, origin))
    return sign(payload, signed_by or key), EntryRow(LogKeyAdded.kind, "", "log", AT)


@cache
def entry(number: int, key: SigningKey = OTHER, at: str = AT) -> tuple[Envelope, EntryRow]:
    """Entry `number`: no two of them are alike."""
    subject = f"{number:064x}"
    event = Withdrawn(subject=subject, why=Words(digest=f"{number:064x}"))
    payload = statements.write(statements.Statement(event, at, ORIGIN))
    return sign(payload, key), EntryRow(Withdrawn.kind, subject, "p-00000001", at)


def add(log: Log, first: int, count: int) -> range:
    """Appends entries in one go."""
    envelopes, rows = zip(*(entry(number) for number in range(first, first + count)), strict=True)
    return log.append(envelopes, rows)


def log_with(database: Database, count: int, *, kept: Path | None = None, key: SigningKey = KEY) -> Log:
    """A log of `count` entries."""
    log = Log(database, key=key, kept=kept)
    envelope, row = genesis(key)
    log.append([envelope], [row])
    if count > 1:
        add(log, 1, count - 1)
    return log
