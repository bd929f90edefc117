"""Whatever somebody changes in the tables of the log, behind hilt's back, is found and named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from hilt.core.errors import RecordError
from hilt.record.database import Database
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.log import Log
from hilt.record.ledger.merkle import Frontier, leaf_hash
from hilt.record.ledger.notes import sign_note
from hilt.record.ledger.stored_tree import reading
from logs import ORIGIN, OTHER, add, entry, log_with

pytestmark = pytest.mark.slow_on_postgresql
BEHIND = "behind the last checkpoint that was signed, and so not proven"


@pytest.fixture
def log(database: Database) -> Log:
    """Some entries in a full tile, and some behind it."""
    return log_with(database, 300)


def damage(log: Log, **how: Any) -> list[Damage]:
    return list(log.verify(**how))


def execute(database: Database, *statements: str, **values: object) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def put(connection: Connection, place: int, envelope: Envelope, *, leaf_too: bool = True) -> None:
    """Puts another entry at a place, with or without the hash beside it."""
    values = {"place": place, "envelope": envelope.text(), "leaf": leaf_hash(leaf(envelope))}
    also = ", leaf = :leaf" if leaf_too else ""
    connection.execute(text(f"UPDATE entries SET envelope = :envelope{also} WHERE place = :place"), values)


@pytest.mark.parametrize("leaf_too", [False, True])
def test_a_changed_entry_in_a_full_tile(database: Database, log: Log, leaf_too: bool) -> None:
    with database.writing() as connection:
        put(connection, 7, entry(1000)[0], leaf_too=leaf_too)
    assert damage(log) == [("entry 7", "it is not what the log has signed at this place")]
    with pytest.raises(RecordError, match="entry 7: it is not the one that the log has signed"):
        log.envelopes([7])


def test_a_changed_entry_behind_the_full_tiles(database: Database, log: Log) -> None:
    with database.writing() as connection:
        put(connection, 290, entry(1000)[0], leaf_too=False)
    assert damage(log) == [("entry 290", "it is not what the log has signed at this place")]
    with database.writing() as connection:
        put(connection, 290, entry(1000)[0])
    (found,) = damage(log)
    assert found.what == "the signed checkpoint of 300 entries"
    assert "they are other entries, or in another order" in found.why


def test_an_entry_that_nobody_signed(database: Database, log: Log) -> None:
    with database.writing() as connection:
        put(connection, 7, entry(7)[0]._replace(payload=b"{}"))
    names = [found.what for found in damage(log)]
    assert names == ["entry 7", "entry 7"]
    assert "the signature does not hold for the key" in damage(log)[0].why
    assert [found.what for found in damage(log, signatures=False)] == ["entry 7"]
    with pytest.raises(RecordError, match="entry 7: the signature does not hold"):
        log.prove(7)


@pytest.mark.parametrize("envelope", ["", "{}", "null", '"' * 40, "é" * 20])
def test_an_entry_that_is_no_envelope(database: Database, log: Log, envelope: str) -> None:
    execute(database, "UPDATE entries SET envelope = :envelope WHERE place = 299", envelope=envelope)
    (found,) = damage(log)
    assert found.what == "entry 299"
    assert "not written as hilt writes one" in found.why or "no public key" in found.why


@pytest.mark.slow_on_postgresql(False)
def test_missing_entries(database: Database, log: Log) -> None:
    execute(database, "DELETE FROM entries WHERE place IN (3, 5, 6, 7)")
    assert damage(log) == [("entry 3", "missing"), ("entries 5 to 7", "missing")]
    with pytest.raises(RecordError, match="entry 6: it is missing"):
        log.prove(6)


def test_the_first_entry_missing(database: Database, log: Log) -> None:
    execute(database, "DELETE FROM entries WHERE place = 0")
    names = [found.what for found in damage(log)]
    assert names[0] == "entry 0"
    assert "the signed checkpoint" in names
    with pytest.raises(RecordError, match="entry 0: it is missing"):
        log.head()


def test_entries_missing_at_the_end(database: Database, log: Log) -> None:
    execute(database, "DELETE FROM entries WHERE place >= 295")
    assert damage(log) == [
        ("entries 295 to 299", "missing"),
        ("the signed checkpoint of 300 entries", "of the 300 entries that it signs some are missing"),
    ]
    for refused in (log.head, lambda: add(log, 300, 1)):
        with pytest.raises(
            RecordError, match="entry 299: the signed checkpoint says that it is the last, and that is 294"
        ):
            refused()


def test_two_entries_that_changed_places(database: Database, log: Log) -> None:
    swap = "UPDATE entries SET place = :to WHERE place = :at"
    for at, to in ((4, -1), (9, 4), (-1, 9)):
        execute(database, swap, at=at, to=to)
    why = "it is not what the log has signed at this place"
    assert damage(log) == [("entry 4", why), ("entry 9", why)]


def test_entries_that_were_never_signed_for(database: Database, log: Log) -> None:
    envelope, row = entry(1000)
    values = {**row._asdict(), "envelope": envelope.text(), "leaf": leaf_hash(leaf(envelope))}
    insert = "INSERT INTO entries VALUES (:place, :kind, :subject, :person, :at, :leaf, :envelope)"
    execute(database, insert, place=300, **values)
    assert damage(log) == [("entry 300", BEHIND)]
    execute(database, "UPDATE entries SET place = -5 WHERE place = 300")
    assert damage(log) == [("entry -5", "no log has such a place")]
    execute(database, "UPDATE entries SET place = 4611686018427387904 WHERE place = -5")
    assert damage(log) == [("entry 4611686018427387904", BEHIND)]


def test_a_changed_hash_beside_an_entry(database: Database, log: Log) -> None:
    execute(database, "UPDATE entries SET leaf = :leaf WHERE place = 5", leaf=bytes(32))
    assert damage(log) == [("entry 5", "the hash in its row is another one than it has")]
    execute(database, "UPDATE entries SET leaf = :leaf WHERE place = 290", leaf=b"short")
    assert damage(log)[1] == ("entry 290", "the hash in its row is none")
    execute(database, "UPDATE entries SET leaf = :leaf WHERE place = 290", leaf=bytes([1] * 32))
    assert damage(log)[1] == ("entry 290", "the hash that is stored of it is another one than it has")


def test_entries_of_which_nothing_is_left_to_go_by(database: Database, log: Log) -> None:
    execute(
        database, "DELETE FROM tiles", "UPDATE entries SET leaf = :leaf, envelope = '' WHERE place = 5", leaf=b"short"
    )
    assert [one.what for one in damage(log)] == [
        "entry 5", "tile 0/0", "the signed checkpoint of 300 entries", "tile 1/0"
    ]  # fmt: skip


def test_text_in_the_place_of_the_hash_beside_an_entry(tmp_path: Path) -> None:
    """Behind the full tiles the tree is read from there, and nothing can be read from this."""
    database = Database(str(tmp_path / "log.db"), create=True)
    database.create_tables()
    log = log_with(database, 300)
    execute(database, "UPDATE entries SET leaf = 'text' WHERE place = 290")
    assert damage(log) == [("entry 290", "the hash in its row is none")]
    database.close()


@pytest.mark.slow_on_postgresql(False)
def test_a_changed_tile(database: Database, log: Log) -> None:
    with database.reading() as connection:
        hashes = connection.execute(text("SELECT hashes FROM tiles WHERE level = 0")).scalar()
    assert hashes is not None
    changed = hashes[:64] + bytes(32) + hashes[96:]
    execute(database, "UPDATE tiles SET hashes = :hashes WHERE level = 0", hashes=changed)
    assert damage(log) == [("entry 2", "the hash that is stored of it is another one than it has")]
    execute(database, "UPDATE tiles SET hashes = :hashes WHERE level = 0", hashes=hashes[1:])
    assert damage(log) == [("tile 0/0", "it is missing, or not as long as a tile is")]
    execute(database, "DELETE FROM tiles WHERE level = 0")
    assert damage(log) == [("tile 0/0", "it is missing, or not as long as a tile is")]
    execute(database, "INSERT INTO tiles VALUES (0, 0, :hashes)", hashes=hashes)
    execute(database, "UPDATE tiles SET hashes = :hashes WHERE level = 1", hashes=bytes(32))
    assert damage(log) == [("tile 1/0", "its hash 0 is not that of entries 0 to 255")]
    execute(database, "UPDATE tiles SET number = 4 WHERE level = 1")
    assert damage(log) == [
        ("tile 1/0", "it is missing, or not as long as it has to be"),
        ("tile 1/4", "a log of this size has no such tile, or it is there twice"),
    ]


def test_an_entry_changed_together_with_its_hash_and_its_tile(database: Database, log: Log) -> None:
    """Nothing but the signed root tells, and the tile above says between which entries."""
    with database.writing() as connection:
        put(connection, 7, entry(1000)[0])
        connection.execute(text("DELETE FROM tiles WHERE level = 0"))
        leaves = connection.execute(text("SELECT leaf FROM entries WHERE place < 256 ORDER BY place")).scalars()
        connection.execute(text("INSERT INTO tiles VALUES (0, 0, :hashes)"), {"hashes": b"".join(leaves)})
    found = damage(log)
    assert [one.what for one in found] == ["the signed checkpoint of 300 entries", "tile 1/0"]
    assert found[1].why == "its hash 0 is not that of entries 0 to 255"


def test_a_tree_made_anew_needs_the_key_of_the_log(database: Database, log: Log) -> None:
    """Whoever can write all tables, and has not the key, cannot sign the root that follows."""
    with database.writing() as connection:
        put(connection, 290, entry(1000)[0])
        edge = Frontier.at(300, reading(connection, 300))
        note = sign_note(Checkpoint(ORIGIN, 300, edge.root()).text, ORIGIN, OTHER)
        connection.execute(text("UPDATE heads SET root = :root, note = :note"), {"root": edge.root(), "note": note})
    found = damage(log)
    assert [one.what for one in found] == ["the signed checkpoint of 300 entries", "the signed checkpoint"]
    assert "none of its signatures is by a key that is trusted here" in found[0].why
    assert found[1].why == "there is none that holds: nothing proves the 300 entries"
    with pytest.raises(RecordError, match="the signed checkpoint of 300 entries: note: none of its signatures"):
        log.prove(0)
    with pytest.raises(RecordError, match="the signed checkpoint of 300 entries: note: none of its signatures"):
        add(log, 300, 1)


def test_a_changed_checkpoint(database: Database, log: Log) -> None:
    execute(database, "UPDATE heads SET root = :root", root=bytes(32))
    (found,) = damage(log)
    assert found == ("the signed checkpoint of 300 entries", "what is signed in it is another root, or of 300 entries")
    execute(database, "UPDATE heads SET note = 'nonsense'")
    assert [one.what for one in damage(log)] == ["the signed checkpoint of 300 entries", "the signed checkpoint"]
    execute(database, "DELETE FROM heads")
    assert damage(log) == [("the signed checkpoint", "there is none that holds: nothing proves the 300 entries")]
    with pytest.raises(RecordError, match="the signed checkpoint: it is missing, and there are entries"):
        log.head()


def test_an_older_checkpoint_in_the_place_of_the_newest(database: Database) -> None:
    log = log_with(database, 280)
    old = log.head()
    add(log, 280, 20)
    execute(database, "DELETE FROM heads", "INSERT INTO heads VALUES (:size, :root, :note)", **old._asdict())
    assert damage(log) == [("entries 280 to 299", BEHIND)]


def test_the_signature_of_a_witness_without_its_checkpoint(database: Database, log: Log) -> None:
    execute(database, "INSERT INTO cosignatures VALUES (200, 'witness', 'line')")
    assert ("what witness has signed of 200 entries", "the checkpoint that it has signed is missing") in damage(log)


def test_a_copy_that_was_put_back_is_found_by_what_was_kept_alone(tmp_path: Path) -> None:
    file, copy, kept = tmp_path / "log.db", tmp_path / "copy.db", tmp_path / "checkpoint"
    database = Database(str(file), create=True)
    database.create_tables()
    log = log_with(database, 300, kept=kept)
    database.close()
    copy.write_bytes(file.read_bytes())
    add(log, 300, 5)
    newest = log.head().note
    database.close()
    rolled = Database(str(copy))
    assert damage(Log(rolled)) == []
    expected = [
        ("entries 300 to 304", "missing"),
        ("the checkpoint that was given", "of the 305 entries that it signs some are missing"),
    ]
    assert damage(Log(rolled), checkpoint=newest) == expected
    by_file = damage(Log(rolled, kept=kept))
    assert by_file == [expected[0], (f"the checkpoint kept in {kept}", expected[1][1])]
    rolled.close()


def test_another_history_after_a_copy_was_put_back(database: Database, tmp_path: Path) -> None:
    first = Database(str(tmp_path / "first.db"), create=True)
    first.create_tables()
    kept = add(log_with(first, 250), 1000, 50) and Log(first).head().note
    log = log_with(database, 320)
    (found,) = damage(log, checkpoint=kept)
    assert found.what == "the checkpoint that was given"
    assert "it signs the root" in found.why
    (found,) = damage(log, checkpoint="no checkpoint")
    assert found.why.startswith("it is not one of this log")
    first.close()


def test_hostile_rows_of_sqlite_raise_nothing(tmp_path: Path) -> None:
    """SQLite takes any value in any column, and a table that was made anew has no rules at all."""
    database = Database(str(tmp_path / "log.db"), create=True)
    database.create_tables()
    log = log_with(database, 257)
    for table in ("entries", "tiles", "heads", "cosignatures"):
        execute(
            database,
            f"CREATE TABLE other AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE other RENAME TO {table}",
        )
    assert damage(log) == []
    values = ["NULL", "-1", "3.5", "'x'", "X'ff'", "CAST(X'fffe' AS TEXT)", "1e300", "9223372036854775807"]
    columns = {"entries": "place leaf envelope kind", "tiles": "level number hashes", "heads": "size root note"}
    for table, names in columns.items():
        for column in names.split():
            for value in values:
                execute(database, f"CREATE TABLE kept AS SELECT * FROM {table}")
                where = "" if table == "heads" else "WHERE rowid = 1"
                execute(database, f"UPDATE {table} SET {column} = {value} {where}")
                if column != "kind":
                    assert damage(log, signatures=False) != [], (table, column, value)
                if (table, column) == ("heads", "size"):
                    with pytest.raises(RecordError, match="the signed checkpoint of "):
                        log.head()
                execute(database, f"INSERT INTO {table} SELECT * FROM kept WHERE rowid < 3")
                assert damage(log, signatures=False) != [], (table, column, value, "twice")
                execute(database, f"DROP TABLE {table}", f"ALTER TABLE kept RENAME TO {table}")
    assert damage(log) == []
    database.close()
