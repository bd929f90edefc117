"""entries: the log as people read it, one entry with all that proves it, and the checkpoints that are signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hilt.core import entries as core
from hilt.core.entries import Cosignature, Entries, ShownEntry
from hilt.core.errors import ProofInvalid, UsageError
from hilt.core.events import EVENTS, THE_LOG
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.gate.settings import Settings
from hilt.gate.status import name_of
from hilt.record.ledger.checkpoints import Checkpoint, check_cosignature
from hilt.record.ledger.heads import Head
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import leaf_hash
from hilt.record.ledger.notes import Kind, Verifier, read_note

if TYPE_CHECKING:
    from hilt.record.record import Record

MOST = 50
"""Entries of a page."""
KINDS = tuple(one.kind for one in EVENTS)


def entries(
    *,
    kind: str = "",
    person: str = "",
    subject: str = "",
    after: int | None = None,
    limit: int = MOST,
    settings: Settings | None = None,
) -> Entries:
    """The entries of this kind, which this person signed, about this model, newest first; `after` is that of the page before.

    `person` is a name or what the log calls them, `log` for the log itself; `subject` is a digest. Raises `UsageError` where there
    is no such kind or person, `RecordError`.
    """
    if kind and kind not in KINDS:
        raise UsageError(f"{kind[:100]!a} is no kind of entries; there are {', '.join(KINDS)}")
    most = max(1, min(limit, MOST))
    asked = kind, person, subject, after, most
    with opened(settings or Settings()) as record:
        return _TOLD.of(record, asked, lambda: _entries(record, kind, person, subject, after, most))


_TOLD = ToldAgain[Entries](most=8)
"""Few, for pages of entries may be long."""


def _entries(record: Record, kind: str, person: str, subject: str, after: int | None, most: int) -> Entries:
    by = person if person in ("", THE_LOG) else record.person(person).person
    places = record.registry.entries(
        kind=kind or None, person=by or None, subject=subject or None, after=after, limit=most + 1
    )
    told = record.recorded_each(places[:most])
    subjects = {one for entry in told if (one := getattr(entry.event, "subject", ""))}
    models = record.registry.models_of(subjects)
    return Entries(
        entries=tuple(told),
        after=places[most - 1] if len(places) > most else None,
        size=record.log.head().size,
        references={one: model.reference for one, model in models.items()},
        names={one.person: name_of(one) for one in record.people()},
    )


def entry(place: int, *, settings: Settings | None = None) -> ShownEntry | None:
    """The entry at `place`, None where the log has none there. The checkpoint is the newest, or that of the newest witness."""
    settings = settings or Settings()
    with opened(settings) as record:
        recorded = record.find(place)
        if recorded is None:
            return None
        receipt = record.log.prove(place)
        model = record.registry.model(getattr(recorded.event, "subject", ""))
        person = next((one for one in record.people() if one.person == recorded.by), None)
        root = Checkpoint.read(read_note(receipt.note).text).root
        return ShownEntry(
            recorded=recorded,
            reference=model.reference if model else "",
            name=name_of(person) if person else recorded.by,
            statement=json.loads(receipt.envelope.payload),
            envelope=receipt.envelope.text(),
            key=receipt.envelope.key.text,
            leaf=leaf_hash(leaf(receipt.envelope)).hex(),
            path=tuple(one.hex() for one in receipt.path),
            checkpoint=_checkpoint(Head(receipt.size, root, receipt.note), record.log.origin, _witnesses(settings)),
            size=record.log.head().size,
        )


def checkpoints(
    *, after: int | None = None, limit: int = MOST, settings: Settings | None = None
) -> tuple[core.Checkpoint, ...]:
    """The checkpoints that are kept, the newest first: that of the whole log, and those that witnesses have signed; `after` is the
    size of the last one of the page before. Raises `RecordDamaged` where the log has not signed one."""
    settings = settings or Settings()
    with opened(settings) as record:
        heads = record.log.checkpoints(after=after, limit=max(1, min(limit, MOST)))
        return tuple(_checkpoint(one, record.log.origin, _witnesses(settings)) for one in heads)


def _checkpoint(head: Head, origin: str, witnesses: Sequence[Verifier]) -> core.Checkpoint:
    note = read_note(head.note)
    known = {(one.name, one.id): one for one in witnesses}
    cosigned = tuple(
        Cosignature(one.name, one.time, _holds(known.get((one.name, one.id)), note.text, one.line))
        for one in note.signatures
        if one.name != origin
    )
    return core.Checkpoint(head.size, head.root.hex(), head.note, cosigned)


def _holds(witness: Verifier | None, text: str, line: str) -> bool:
    if witness is None:
        return False
    try:
        check_cosignature(text, line, witness)
    except ProofInvalid:
        return False
    return True


def _witnesses(settings: Settings) -> tuple[Verifier, ...]:
    told = settings.record or RecordSettings()
    return read_verifiers("record.witnesses", [one.key for one in told.witnesses], Kind.WITNESS)
