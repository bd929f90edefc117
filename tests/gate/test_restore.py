"""A backup goes back to where the record was, unless the log had gone further; then a new log says which one it follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import FormatError, RecordBehind, RecordError, UsageError
from hilt.core.events import LogKeyAdded
from hilt.gate.backup import backup
from hilt.gate.record import opened
from hilt.gate.restore import restore
from hilt.gate.settings import Settings
from hilt.record.ledger.notes import read_note
from sample_records import ORIGIN, added, administrator, made


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def told(tmp_path: Path) -> Settings:
    """The settings of a record with an administrator, of which there is a backup."""
    told = made(tmp_path)
    administrator(tmp_path, told)
    backup(tmp_path / "backup", settings=told)
    return told


def lost(told: Settings) -> Path:
    """The database, whose file is gone."""
    assert told.record is not None
    file = Path(told.record.database)
    file.unlink()
    return file


def kept(told: Settings) -> Path:
    assert told.record is not None
    return Path(told.record.checkpoint)


def test_a_record_that_was_lost_is_as_it_was(tmp_path: Path, told: Settings) -> None:
    with opened(told) as record:
        people, head = record.people(), record.log.head()
    lost(told)
    restored = restore(tmp_path / "backup", settings=told)
    assert (restored.saved.log, restored.saved.entries) == (ORIGIN, head.size)
    assert restored.held_against == (f"the checkpoint kept in {kept(told)}",)
    assert (restored.key_is_there, restored.verifier) == (True, "")
    with opened(told) as record:
        assert (record.people(), record.log.head()) == (people, head)
    added(tmp_path, told, "Eve", 12)


def test_without_a_kept_checkpoint_one_is_kept_from_now_on(tmp_path: Path, told: Settings) -> None:
    lost(told)
    note = kept(told).read_text()
    kept(told).unlink()
    (tmp_path / "log.key").unlink()
    restored = restore(tmp_path / "backup", settings=told)
    assert (restored.held_against, restored.key_is_there) == ((), False)
    assert kept(told).read_text() == note


def test_entries_that_are_in_no_backup_are_not_forgotten(tmp_path: Path, told: Settings) -> None:
    added(tmp_path, told, "Eve", 12)
    database = lost(told)
    with pytest.raises(
        RecordBehind, match=r"the backup ends after 3 entries, .* signs 5: entries 3 to 4 would be missing"
    ):
        restore(tmp_path / "backup", settings=told)
    assert not database.exists()
    (tmp_path / "newest").write_text(kept(told).read_text())
    kept(told).unlink()
    with pytest.raises(RecordBehind, match="and the checkpoint that was given signs 5"):
        restore(tmp_path / "backup", checkpoint=tmp_path / "newest", settings=told)
    assert list(database.parent.glob("record.db*")) == []


def test_a_new_log_says_where_the_old_one_ended(tmp_path: Path, told: Settings) -> None:
    with opened(told) as record:
        end = record.log.head().note
    added(tmp_path, told, "Eve", 12)
    newest = kept(told).read_text()
    lost(told)
    restored = restore(tmp_path / "backup", origin="log.example/models-2", settings=told)
    with opened(told) as record:
        (verifier,) = record.log.verifiers()
        assert (verifier.name, verifier.text) == ("log.example/models-2", restored.verifier)
        event = record.recorded(0).event
        assert isinstance(event, LogKeyAdded)
        assert event.continues == end
        assert read_note(event.continues).text.startswith(f"{ORIGIN}\n3\n")
        assert list(record.verify()) == []
    aside = kept(told).with_name("checkpoint.log.example-models")
    assert aside.read_text() == newest
    administrator(tmp_path, told)


def test_a_new_log_takes_a_new_name_and_an_empty_database(tmp_path: Path, told: Settings) -> None:
    before = kept(told).read_text()
    with pytest.raises(UsageError, match="this is the name of the log in the backup; a new log takes a new name"):
        restore(tmp_path / "backup", origin=ORIGIN, settings=told)
    with pytest.raises(UsageError, match="--origin 'a b': a name without blanks"):
        restore(tmp_path / "backup", origin="a b", settings=told)
    with pytest.raises(RecordError, match="there is a record here already"):
        restore(tmp_path / "backup", origin="another", settings=told)
    assert kept(told).read_text() == before
    with opened(told) as record:
        assert record.log.origin == ORIGIN


def test_to_look_at_an_old_backup_it_is_restored_elsewhere(tmp_path: Path, told: Settings) -> None:
    added(tmp_path, told, "Eve", 12)
    restored = restore(tmp_path / "backup", database=str(tmp_path / "old.db"), settings=told)
    assert restored.database == str(tmp_path / "old.db")
    assert restored.held_against == ()
    assert told.record is not None
    there = Settings(record=replace(told.record, database=str(tmp_path / "old.db"), checkpoint=""))
    with opened(there) as record:
        assert record.log.head().size == 3


def test_what_is_no_backup_leaves_nothing_behind(tmp_path: Path, told: Settings) -> None:
    database = lost(told)
    with pytest.raises(UsageError, match="nowhere: No such file or directory; nothing was restored"):
        restore(tmp_path / "nowhere", settings=told)
    (tmp_path / "backup").write_bytes((tmp_path / "backup").read_bytes()[:-30])
    with pytest.raises(FormatError, match=r"backup: it breaks off after line [0-9]+; nothing was restored"):
        restore(tmp_path / "backup", settings=told)
    assert list(database.parent.glob("record.db*")) == []


def test_a_record_that_is_there_is_never_written_over(tmp_path: Path, told: Settings) -> None:
    before = lost(told)
    restore(tmp_path / "backup", settings=told)
    data = before.read_bytes()
    with pytest.raises(RecordError, match="there is a record here already, and nothing is written over it"):
        restore(tmp_path / "backup", settings=told)
    assert before.read_bytes() == data


def test_a_backup_that_cannot_be_written(tmp_path: Path, told: Settings) -> None:
    with pytest.raises(UsageError, match="No such file or directory; no backup was written"):
        backup(tmp_path / "nowhere" / "backup", settings=told)
