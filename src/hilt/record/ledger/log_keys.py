"""The keys that the log signs its checkpoints with: the entries that say so, the first of which vouches for itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from hilt.core.errors import FormatError, KeyUnusable, RecordDamaged, ReportInvalid
from hilt.core.events import LogKeyAdded
from hilt.record import statements
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.notes import Verifier

_ENTRIES = text("SELECT place, envelope FROM entries WHERE kind = :kind OR place = 0 ORDER BY place")


class LogKey(NamedTuple):
    """The log signs with this key from the entry at `place` on."""

    place: int
    verifier: Verifier


def log_keys(connection: Connection) -> tuple[LogKey, ...]:
    """Every key that the log ever signed with, in order. Raises `RecordDamaged`."""
    keys, damaged = all_log_keys(connection)
    if damaged:
        raise damaged[0]
    return keys


def all_log_keys(connection: Connection) -> tuple[tuple[LogKey, ...], list[RecordDamaged]]:
    """The same, with what is wrong of those that cannot be believed."""
    keys: list[LogKey] = []
    damaged: list[RecordDamaged] = []
    for place, envelope in connection.execute(_ENTRIES, {"kind": LogKeyAdded.kind}):
        try:
            keys.append(_key(place, str(envelope), keys))
        except RecordDamaged as error:
            damaged.append(error)
    if not keys and not damaged:
        damaged.append(RecordDamaged("entry 0", "it is missing: the first entry of a log says with which key it signs"))
    return tuple(keys), damaged


def next_key(keys: tuple[LogKey, ...], place: int, envelope: Envelope) -> tuple[LogKey, ...]:
    """The keys of the log once `envelope`, which brings one, stands at `place`. Raises `RecordDamaged`."""
    return (*keys, _key(place, envelope.text(), keys))


def signing(keys: Sequence[LogKey], size: int) -> Verifier:
    """The key that signs the checkpoint of the first `size` entries.

    That of the entry which brings a new key is still signed with the old one: so the old one vouches for it.
    """
    return next(key.verifier for key in reversed(keys) if key.place < max(1, size - 1))


def _key(place: Any, text: str, before: Sequence[LogKey]) -> LogKey:
    what = f"entry {place}"
    if not isinstance(place, int) or (before and place <= before[-1].place):
        raise RecordDamaged(what[:100], "no log has such a place, or it is there twice")
    if place and not before:
        raise RecordDamaged(what, "it brings a key of the log, and no entry before it does")
    try:
        envelope = Envelope.read(text)
        event, _, log = statements.read(envelope.payload)
        verifier = Verifier.read(event.verifier) if isinstance(event, LogKeyAdded) else None
    except (FormatError, ReportInvalid, KeyUnusable) as error:
        raise RecordDamaged(what, f"the key of the log cannot be read from it: {error}") from None
    if verifier is None:
        raise RecordDamaged(what, "it brings no key of the log, and is taken for one that does")
    origin, by = (before[0].verifier.name, before[-1].verifier.key) if before else (verifier.name, verifier.key)
    if not verifier.name == log == origin:
        raise RecordDamaged(what, f"it brings a key of the log {verifier.name!r}, and this log is {origin!r}")
    if envelope.key != by or not envelope.holds():
        raise RecordDamaged(what, "it brings a key of the log, and is not signed with the key that the log had")
    return LogKey(place, verifier)
