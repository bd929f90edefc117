"""The database under the record: one writer, readers that see one moment, and every complaint of a driver in words."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy import text

from hilt.core.errors import RecordDamaged, RecordUnreachable
from hilt.record.database import Database, scratch
from postgresql_server import PASSWORD, Server


def test_a_reader_sees_one_moment(database: Database) -> None:
    count = text("SELECT count(*) FROM words")
    with database.reading() as connection:
        assert connection.execute(count).scalar() == 0
        with database.writing() as writer:
            writer.execute(text("INSERT INTO words VALUES ('d', 's', 't')"))
        assert connection.execute(count).scalar() == 0
    with database.reading() as connection:
        assert connection.execute(count).scalar() == 1


def test_writers_wait_for_one_another(database: Database) -> None:
    def add() -> None:
        for _ in range(10):
            with database.writing() as connection:
                count = connection.execute(text("SELECT count(*) FROM words")).scalar()
                connection.execute(text(f"INSERT INTO words VALUES ('{count}', 's', 't')"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM words")).scalar() == 40


def test_what_was_committed_is_on_the_disk_and_what_was_erased_is_overwritten(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "folder" / "record.db"), create=True)
    pragmas = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "trusted_schema": 0}
    with database.reading() as connection:
        told = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas}
    assert told == pragmas
    assert (tmp_path / "folder" / "record.db").stat().st_mode & 0o777 == 0o600
    database.close()


def test_a_server_that_does_not_wait_for_the_disk_does_so_for_us(postgresql: str) -> None:
    careless, later = Database(postgresql), Database(postgresql)
    with careless.writing() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    with later.reading() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    careless.close()
    later.close()


def test_nothing_is_left_of_what_was_erased(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    database = Database(str(file), create=True)
    database.create_tables()
    with database.writing() as connection:
        rows = [{"digest": f"d{number}", "text": f"Ada Lovelace, {number}"} for number in range(200)]
        connection.execute(text("INSERT INTO words VALUES (:digest, '', :text)"), rows)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM words WHERE digest <> 'd7'"))
    impatient = Database(str(file), wait=0.1)
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM words")).scalar() == 1
        with pytest.raises(RecordUnreachable, match=r"another process reads it .* try again"):
            impatient.forget("words")
    impatient.close()
    database.forget("words")
    database.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert left.count(b"Ada Lovelace") == 1


def test_a_writer_that_does_not_finish_is_not_waited_for_for_ever(where: str, database: Database) -> None:
    other = Database(where, wait=0.3)
    with database.writing():
        with (
            pytest.raises(RecordUnreachable, match="another process writes to it and does not finish; try again"),
            other.writing(),
        ):
            pass
        with other.reading():
            pass
    with other.writing():
        pass
    other.close()


def test_a_file_that_was_taken_away_or_replaced_is_neither_read_nor_written_to(tmp_path: Path) -> None:
    file, elsewhere, add = tmp_path / "record.db", tmp_path / "elsewhere", "INSERT INTO words VALUES ('d', 's', 't')"
    database = Database(str(file), create=True)
    database.create_tables()
    file.rename(elsewhere)
    with pytest.raises(RecordUnreachable, match="lies here no more"), database.writing() as connection:
        connection.execute(text(add))
    file.write_bytes(elsewhere.read_bytes())
    with pytest.raises(RecordUnreachable, match="lies here no more"), database.reading():
        pass
    elsewhere.rename(file)
    with database.writing() as connection:
        assert connection.execute(text("SELECT count(*) FROM words")).scalar() == 0
        connection.execute(text(add))
    database.close()


def test_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(RecordUnreachable, match="there is no record here; `hilt init` makes one"):
        Database(str(tmp_path / "nowhere.db"))
    with pytest.raises(RecordUnreachable, match="there is no record here"):
        Database(str(tmp_path), create=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordUnreachable, match="no record can be made here"):
        Database(str(tmp_path / "file" / "record.db"), create=True)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    file.write_bytes(b"no database at all" * 1000)
    database = Database(str(file))
    with pytest.raises(RecordDamaged, match="the database itself is damaged"), database.reading():
        pass
    database.close()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        (
            "heads",
            "VIEW heads AS WITH RECURSIVE one(size) AS (SELECT 1 UNION ALL SELECT size + 1 FROM one) SELECT * FROM one",
        ),
        ("hide", "TRIGGER hide AFTER INSERT ON entries BEGIN DELETE FROM decisions; END"),
        ("heads", "TABLE heads (size INTEGER PRIMARY KEY, root BLOB AS (zeroblob(999999999)), note TEXT)"),
        ("heads", "VIRTUAL TABLE heads USING fts5(size, root, note)"),
    ],
)
def test_a_file_that_holds_more_than_tables_is_not_asked(tmp_path: Path, name: str, made: str) -> None:
    """The first of these would answer for ever."""
    file = tmp_path / "record.db"
    with closing(Database(str(file), create=True)) as database:
        database.create_tables()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE heads")
        connection.execute(f"CREATE {made}")
    with (
        closing(Database(str(file))) as database,
        pytest.raises(RecordDamaged, match=f"'{name}': no table or index of hilt"),
        database.reading(),
    ):
        pass


def test_a_database_of_which_a_part_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    database = Database(str(file), create=True)
    database.create_tables()
    with database.writing() as connection:
        rows = [{"digest": str(number), "text": "x" * 500} for number in range(1000)]
        connection.execute(text("INSERT INTO words VALUES (:digest, '', :text)"), rows)
    database.close()
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 8192 * 4096])
    database = Database(str(file))
    with pytest.raises(RecordDamaged, match=r"put back a backup"), database.reading() as connection:
        connection.execute(text("SELECT sum(length(text)) FROM words")).scalar()
    database.close()


def test_tables_of_something_else(where: str) -> None:
    database = Database(where, create=True)
    with pytest.raises(RecordUnreachable, match="no record of this version of hilt"), database.reading() as connection:
        connection.execute(text("SELECT * FROM entries"))
    database.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://user:secret@host/name", "SQLite or PostgreSQL, not in mysql"),
        ("postgresql://user:secret@host:port/name", "the address of the database cannot be read"),
        ("oracle+cx://user:secret@host/name", "not in oracle"),
        ("://user:secret@host", "the address of the database cannot be read"),
        ("sqlite://", "not in sqlite"),
    ],
)
def test_an_address_that_names_no_database_we_know(address: str, words: str) -> None:
    with pytest.raises(RecordUnreachable, match=words) as caught:
        Database(address)
    assert "secret" not in str(caught.value)


def test_a_path_may_hold_anything(tmp_path: Path) -> None:
    for name in ("a b?mode=memory#.db", "100%25.db", ":memory:", "file:x"):
        database = Database(str(tmp_path / name), create=True)
        database.create_tables()
        database.close()
        assert (tmp_path / name).stat().st_size > 0


def test_a_password_is_never_told(postgresql_server: Server, postgresql: str) -> None:
    name = postgresql.split("/")[3].partition("?")[0]
    for address in (
        postgresql_server.guarded_address(name, "wrong%20word"),
        postgresql_server.guarded_address("no_such_database", PASSWORD.replace(" ", "%20")),
        f"postgresql://guarded:{PASSWORD.replace(' ', '%20')}@127.0.0.1:1/{name}",
    ):
        database = Database(address)
        with pytest.raises(RecordUnreachable) as caught, database.reading():
            pass
        told = "".join(format_exception(caught.value))
        assert "the database " in str(caught.value)
        assert not re.search("wrong.word|open.sesame", told)
        database.close()
    good = Database(postgresql_server.guarded_address(name, PASSWORD.replace(" ", "%20")))
    with good.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    good.close()


def test_a_user_who_may_not_write(postgresql_server: Server, postgresql: str) -> None:
    owner = Database(postgresql)
    owner.create_tables()
    name = postgresql.split("/")[3].partition("?")[0]
    guarded = Database(postgresql_server.guarded_address(name, PASSWORD.replace(" ", "%20")))
    with pytest.raises(RecordUnreachable, match="this user may not do that"), guarded.writing() as connection:
        connection.execute(text("DELETE FROM words"))
    with owner.writing() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    guarded.close()
    later = Database(postgresql)
    with pytest.raises(RecordUnreachable, match="it may not be written to"), later.writing() as connection:
        connection.execute(text("DELETE FROM words"))
    owner.close()
    later.close()


def test_the_driver_of_postgresql_is_an_extra() -> None:
    script = """
import sys
sys.modules["psycopg"] = None  # as where it is not installed
from hilt.core.errors import MissingExtra
from hilt.record.database import Database
try:
    Database("postgresql://host/name")
except MissingExtra as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "a record in PostgreSQL needs an optional package: pip install 'hilt[postgresql]'\n"


def test_where_there_is_no_room_for_temporary_files_that_is_said() -> None:
    def fill() -> None:
        with scratch() as connection:
            connection.execute(text("PRAGMA max_page_count = 2"))
            for name in "ab":
                connection.execute(text(f"CREATE TABLE {name} (a)"))

    with pytest.raises(RecordUnreachable, match=r"temporary files lie here; \$TMPDIR names another"):
        fill()
