"""The log as people read it: what is told is what was signed, and can be verified elsewhere with nothing but what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hilt.core.entries import Cosignature
from hilt.core.errors import RecordDamaged, UsageError
from hilt.core.events import EVENTS, THE_LOG, Recorded
from hilt.gate.configured.record_settings import Witness
from hilt.gate.overview.entries import MOST, checkpoints, entries, entry
from hilt.gate.record import opened
from hilt.gate.settings import Settings, read_settings
from hilt.record import schema
from hilt.record.ledger.checkpoints import Checkpoint, cosign, open_checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import check_inclusion, leaf_hash
from hilt.record.ledger.notes import Kind, Verifier, read_note
from hilt.record.record import Record
from record.many import fill
from record.one_of_each import BEN, SUBJECT, judged, one_of_each
from record.tampering import changed, rows
from sample_receipts import ed25519_key

WITNESS_KEY = ed25519_key(71)
WITNESS = Verifier("witness.example/w", WITNESS_KEY.public, Kind.WITNESS)


def settings_beside(folder: Path, witnesses: str = "") -> Settings:
    file = folder / "settings.yaml"
    file.write_text(f"record: {{database: record.db, key: log.key, checkpoint: kept{witnesses}}}\n")
    return read_settings(file)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a record with an entry of every kind."""
    record, _ = one_of_each(str(tmp_path / "record.db"))
    record.close()
    return settings_beside(tmp_path)


def everything(settings: Settings) -> list[Recorded]:
    with opened(settings) as record:
        return [record.recorded(place) for place in range(record.log.head().size)]


def test_all_entries_come_newest_first_with_names_and_references(settings: Settings) -> None:
    told = entries(settings=settings)
    assert list(told.entries) == everything(settings)[::-1]
    assert (told.size, told.after) == (len(told.entries), None)
    assert told.names[BEN] == "Ben"
    assert told.references[SUBJECT] == f"hf:acme/{SUBJECT[:4]}"


@pytest.mark.parametrize("kind", [one.kind for one in EVENTS])
def test_they_are_told_by_kind(settings: Settings, kind: str) -> None:
    expected = [one for one in everything(settings) if one.event.kind == kind]
    assert list(entries(kind=kind, settings=settings).entries) == expected[::-1]


def test_they_are_told_by_person_and_subject(settings: Settings) -> None:
    all_entries = everything(settings)[::-1]
    for person, by in (("Ben", BEN), (BEN, BEN), ("log", THE_LOG)):
        told = entries(person=person, settings=settings)
        assert list(told.entries) == [one for one in all_entries if one.by == by] != []
    told = entries(subject=SUBJECT, kind="decision", settings=settings)
    assert [one.event.kind for one in told.entries] == ["decision"]
    assert entries(subject="0" * 64, settings=settings).entries == ()
    with pytest.raises(UsageError, match="'verdicts' is no kind of entries; there are verdict, "):
        entries(kind="verdicts", settings=settings)
    with pytest.raises(UsageError, match="no person 'Zoe'"):
        entries(person="Zoe", settings=settings)


def test_pages_hold_everything_once(tmp_path: Path) -> None:
    fill(str(tmp_path / "record.db"), 40)
    settings = settings_beside(tmp_path)
    for kind in ("", "verdict", "holding"):
        found, after = list[int](), None
        while True:
            page = entries(kind=kind, after=after, settings=settings)
            found += [one.index for one in page.entries]
            if (after := page.after) is None:
                break
            assert len(page.entries) == MOST
        assert found == [one.index for one in everything(settings)[::-1] if kind in ("", one.event.kind)]


def test_one_entry_brings_all_that_proves_it(settings: Settings) -> None:
    for one in everything(settings):
        shown = entry(one.index, settings=settings)
        assert shown is not None
        assert shown.recorded == one
        envelope = Envelope.read(shown.envelope)
        assert envelope.holds()
        assert (envelope.key.text, json.loads(envelope.payload)) == (shown.key, shown.statement)
        assert shown.leaf == leaf_hash(leaf(envelope)).hex()
        path = tuple(bytes.fromhex(part) for part in shown.path)
        check_inclusion(
            bytes.fromhex(shown.leaf), one.index, shown.checkpoint.size, path, bytes.fromhex(shown.checkpoint.root)
        )
        with opened(settings) as record:
            told, _ = open_checkpoint(shown.checkpoint.note, record.log.verifiers())
        assert (told.size, told.root.hex()) == (shown.checkpoint.size, shown.checkpoint.root)
    for place in (-1, shown.size, 1 << 70):
        assert entry(place, settings=settings) is None


def test_what_was_changed_behind_hilts_back_is_not_told(settings: Settings, tmp_path: Path) -> None:
    with Record.open(str(tmp_path / "record.db")) as record:
        database = record._database
        row = rows(database, schema.entries)[-1]
        for name in ("kind", "person", "at"):
            with changed(database, schema.entries, row, **{name: "x"}), pytest.raises(RecordDamaged):
                entries(settings=settings)


def test_checkpoints_tell_who_signed_them(tmp_path: Path) -> None:
    record, _ = one_of_each(str(tmp_path / "record.db"))
    with record:
        note = record.log.checkpoint()
        signed = read_note(note)
        lines = [cosign(signed.text, WITNESS.name, WITNESS_KEY, 1_790_000_000)]
        lines += [cosign(signed.text, "other.example/w", ed25519_key(72), 1_790_000_001)]
        record.log.cosigned(note, [one for line in lines for one in read_note(note + line).signatures[-1:]])
        cosigned = Checkpoint.read(signed.text).size
        event, documents = judged(SUBJECT)
        record.commit([event], documents=documents)
    settings = settings_beside(tmp_path, f", witnesses: [{{url: https://witness.example, key: {WITNESS.text}}}]")
    assert settings.record is not None
    assert settings.record.witnesses == (Witness(url="https://witness.example", key=WITNESS.text),)
    newest, older = checkpoints(settings=settings)
    assert (newest.size, newest.cosignatures) == (cosigned + 1, ())
    assert older.size == cosigned
    assert older.cosignatures == (
        Cosignature("other.example/w", 1_790_000_001, verified=False),
        Cosignature(WITNESS.name, 1_790_000_000, verified=True),
    )
    assert checkpoints(after=newest.size, settings=settings) == (older,)
    assert checkpoints(after=older.size, settings=settings) == ()
    shown = entry(0, settings=settings)
    assert shown is not None
    assert shown.checkpoint == older
