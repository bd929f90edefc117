"""The database of a record: a file of SQLite, or PostgreSQL by its address. The one module that knows drivers.

Readers see one moment of the database, however long they read. There is one writer at a time, across processes: it holds
the database from its first statement on, so that what it reads is what it adds to. What was committed is on the disk.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from hilt.core.errors import MissingExtra, RecordDamaged, RecordError, RecordUnreachable
from hilt.record.migrations import REVISIONS, revision, upgrade

WAIT = 30.0
"""Seconds that a writer waits for another, and everybody for an answer."""

_LOCK = 0x68696C74
"""The advisory lock of PostgreSQL that the writer holds; the number is "hilt"."""
_SQLITE = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit returns once it is on the disk
    "secure_delete = ON",  # what was erased is overwritten, not only forgotten
    "cache_size = -16384",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)
_FOREIGN = """
    SELECT name FROM sqlite_master
        WHERE sql NOT LIKE 'CREATE TABLE %' AND sql NOT LIKE 'CREATE INDEX %' AND sql NOT LIKE 'CREATE UNIQUE INDEX %'
    UNION ALL
    SELECT master.name FROM sqlite_master AS master, pragma_table_xinfo(master.name) AS column
        WHERE master.sql LIKE 'CREATE TABLE %' AND column.hidden <> 0
"""
"""Views, triggers, virtual tables and columns that are computed: a file that somebody hands over must not make a question endless."""
_SQLITE_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ", "SQLITE_FORMAT", "SQLITE_MISMATCH")
_SQLITE_SAYS = {
    "SQLITE_BUSY": "another process writes to it and does not finish; try again, or end that process",
    "SQLITE_LOCKED": "another process writes to it and does not finish; try again, or end that process",
    "SQLITE_FULL": "the disk is full; nothing was recorded. Make room and try again",
    "SQLITE_READONLY": "it may not be written to; see who owns the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; see that the folder is there and may be written to",
    "SQLITE_PERM": "it may not be opened; see who owns the file and its folder",
    "SQLITE_IOERR": "the disk answers with an error, or is full",
}
_POSTGRESQL_DAMAGED = ("XX001", "XX002")
_POSTGRESQL_SAYS = {
    "53100": "its disk is full; nothing was recorded. Make room and try again",
    "53300": "it has too many connections; try again later, or allow it more",
    "55P03": "another process writes to it and does not finish; try again, or end that process",
    "25006": "it may not be written to; it is a standby or set to read-only",
    "42501": "this user may not do that; grant it the tables of hilt",
}
_OTHER_VERSION = re.compile(r"no such (table|column)|has no column|relation .* does not exist|column .* does not exist")
_NOW = text("SELECT clock_timestamp()")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND coalesce(backend_xid, backend_xmin) IS NOT NULL AND xact_start < :begun"
)


class Database:
    """A database and its connections; made once and used by many threads.

    `where` is the path of a file, or an address such as `postgresql://user@host/name`. `name` is how errors call it: it never
    tells a password. With `create`, a file that is missing is made, readable by its owner alone.
    """

    def __init__(self, where: str, *, create: bool = False, wait: float = WAIT) -> None:
        self._wait = wait
        url = _address(where)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._secret = url.password or ""
        if self.is_sqlite:
            self.name = url.database or ""
            self._engine = self._sqlite(Path(self.name), create=create)
            self._file = self._found()
        else:
            port = f":{url.port}" if url.port else ""
            self.name = f"the database {url.database} at {url.host or url.query.get('host') or 'this machine'}{port}"
            self._engine = self._postgresql(url)

    def create_tables(self) -> None:
        """Makes the tables, or brings those that are there to the newest version."""
        with self.writing() as connection:
            if (found := revision(connection)) not in ("", *REVISIONS):
                raise self._newer(found)
            if found != REVISIONS[-1]:
                upgrade(connection)

    def upgrade_tables(self) -> None:
        """Brings the tables of an older hilt to the newest version. Raises `RecordUnreachable` where there are none."""
        with self.reading() as connection:
            found = revision(connection)
        if not found:
            raise RecordUnreachable(f"{self.name}: there is no record here; `hilt init` makes one")
        if found != REVISIONS[-1]:
            self.create_tables()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database. Raises `RecordError` in words."""
        options: dict[str, Any] = {}
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._explained(), self._engine.connect().execution_options(**options) as connection, connection.begin():
            if self.is_sqlite:
                _driver(connection).execute("BEGIN")
                self._refuse_another_file()
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection of the one writer; what it did is on the disk when the block is left, or undone where it raised."""
        with self._explained(), self._engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                _driver(connection).execute("BEGIN IMMEDIATE")
                self._refuse_another_file()
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection

    def _refuse_another_file(self) -> None:
        """Raises `RecordUnreachable` where the file was taken away or replaced: what is written to it then is lost when it is closed."""
        if self._found() != self._file:
            raise RecordUnreachable(
                f"{self.name}: the file that was opened lies here no more; put it back, or end what has it open and begin anew"
            )

    def _found(self) -> tuple[int, int]:
        """Which file lies where that of the record should; zeros for none."""
        try:
            found = Path(self.name).stat()
        except OSError:
            return 0, 0
        return found.st_dev, found.st_ino

    def forget(self, *tables: str) -> None:
        """Leaves nothing of rows that were deleted: neither in a journal nor in free pages of these tables."""
        with self._explained(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not self.is_sqlite:
                self._let_others_finish(connection)
                for table in tables:
                    connection.exec_driver_sql(f"VACUUM FULL {table}")
            elif connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
                raise RecordUnreachable(
                    f"{self.name}: what was deleted still stands in its journal, for another process reads it and does not "
                    "finish; try again"
                )

    def _let_others_finish(self, connection: Connection) -> None:
        """PostgreSQL keeps deleted rows for whatever began before and may still look at them: in any table, and what writes in any database."""
        begun, ends = connection.scalar(_NOW), time.monotonic() + self._wait
        while connection.scalar(_OTHERS, {"begun": begun}):
            if time.monotonic() > ends:
                raise RecordUnreachable(
                    f"{self.name}: what was deleted still stands in its files, for another process began before and does "
                    "not finish; try again"
                )
            time.sleep(0.05)

    def close(self) -> None:
        self._engine.dispose()

    def _sqlite(self, path: Path, *, create: bool) -> Engine:
        if not path.is_file():
            if path.exists() or not create:
                raise RecordUnreachable(f"{path}: there is no record here; `hilt init` makes one")
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise RecordUnreachable(f"{path}: {error.strerror}; no record can be made here") from None
        url = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": self._wait})

        @event.listens_for(engine, "connect")
        def settle(connection: Any, _: object) -> None:
            connection.isolation_level = None  # it is we who begin a transaction, not the driver
            connection.text_factory = _any_text
            for pragma in _SQLITE:
                connection.execute(f"PRAGMA {pragma}")
            if found := connection.execute(_FOREIGN).fetchone():
                what = f"{found[0]!a:.80}"
                raise RecordDamaged(f"{self.name}: {what}", "no table or index of hilt; a record holds nothing else")

        return engine

    def _postgresql(self, url: URL) -> Engine:
        milliseconds = int(1000 * self._wait)
        options = f"-c lock_timeout={milliseconds} -c client_encoding=UTF8"
        try:
            engine = create_engine(
                url,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={"connect_timeout": max(2, int(self._wait)), "options": options},
            )
        except ImportError:
            raise MissingExtra("a record in PostgreSQL", "postgresql") from None

        @event.listens_for(engine, "connect")
        def settle(connection: Any, _: object) -> None:
            durable = "SELECT set_config('synchronous_commit', 'on', false)"
            connection.execute(f"{durable} WHERE current_setting('synchronous_commit') = 'off'")
            connection.commit()

        return engine

    def _newer(self, found: str) -> RecordUnreachable:
        return RecordUnreachable(
            f"{self.name}: its tables are of version {found[:40]!a}, and this hilt knows none after {REVISIONS[-1]}: "
            "a newer one made them; upgrade hilt"
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Whatever the driver complains of, in words."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._in_words(error) from None

    def _in_words(self, error: SQLAlchemyError | sqlite3.Error) -> RecordError:
        driver = error.orig if isinstance(error, DBAPIError) else error
        said = (str(driver).strip().splitlines() or ["no reason given"])[0]
        if self._secret:
            said = said.replace(self._secret, "***")
        code: str = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
        if code.startswith(_SQLITE_DAMAGED) or code in _POSTGRESQL_DAMAGED:
            return RecordDamaged(self.name, f"the database itself is damaged ({said}); put back a backup: hilt restore")
        if isinstance(error, IntegrityError):
            return RecordError(f"{self.name}: what was to be recorded contradicts what is there ({said})")
        if _OTHER_VERSION.search(said):
            return RecordUnreachable(f"{self.name}: no record of this version of hilt ({said})")
        known = _POSTGRESQL_SAYS.get(code) or next(
            (words for start, words in _SQLITE_SAYS.items() if code.startswith(start)), ""
        )
        return RecordUnreachable(f"{self.name}: {f'{known} ({said})' if known else said}")


@contextmanager
def scratch() -> Iterator[Connection]:
    """A database for what fits into no memory, which is gone afterwards."""
    with TemporaryDirectory(prefix="hilt-") as folder:
        engine = create_engine(URL.create("sqlite", database=str(Path(folder) / "scratch.db")))
        try:
            with engine.connect() as connection:
                for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                    connection.exec_driver_sql(f"PRAGMA {pragma}")
                yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_FULL":
                raise
            raise RecordUnreachable(
                f"{folder}: the disk is full, and temporary files lie here; $TMPDIR names another folder for them"
            ) from None
        finally:
            engine.dispose()


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _any_text(data: bytes) -> str:
    """Text that is no UTF-8 as well: one such row must not keep the others from being read."""
    return data.decode("utf-8", "surrogateescape")


def _address(where: str) -> URL:
    """The address that `where` tells: a path is one of SQLite."""
    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where).absolute()))
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):  # what they say may hold the password
        raise RecordUnreachable(
            "the address of the database cannot be read; postgresql://user@host:5432/name is one"
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    if backend not in ("postgresql", "postgres"):
        raise RecordUnreachable(f"a record is kept in SQLite or PostgreSQL, not in {backend}")
    return url.set(drivername="postgresql+psycopg")
