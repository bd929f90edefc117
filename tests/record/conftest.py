"""A database for each test, on both engines that a record is kept in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from hilt.record.database import Database
from postgresql_server import Server, shared_server, why_not


def pytest_itemcollected(item: pytest.Item) -> None:
    """Where both engines would prove the same logic, `make test` has SQLite prove it, and PostgreSQL comes with the slow tests."""
    marker = item.get_closest_marker("slow_on_postgresql")
    if marker and marker.args != (False,) and _engine(item) == "postgresql":
        item.add_marker("slow")


def _engine(item: pytest.Item) -> object:
    """What the fixture `where` stands for in this test; None where the test does without."""
    call = getattr(item, "callspec", None)
    return call and call.params.get("where")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this session, in whichever worker of xdist they run."""
    if why := why_not():
        pytest.skip(why)
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder
    with shared_server(shared / "postgresql") as server:
        yield server


@contextmanager
def _unused(server: Server) -> Iterator[str]:
    name = f"record_{token_hex(6)}"
    server.execute(f"CREATE DATABASE {name}")
    yield server.address(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[str]:
    """The address of a database of PostgreSQL that nobody has used yet."""
    with _unused(postgresql_server) as address:
        yield address


@pytest.fixture
def elsewhere(postgresql_server: Server) -> Iterator[str]:
    """Another one."""
    with _unused(postgresql_server) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database is that nobody has used yet: a path, or an address."""
    if request.param == "sqlite":
        return str(tmp_path / "record.db")
    address: str = request.getfixturevalue("postgresql")
    return address


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    """A database with the tables of a record, all of them empty."""
    database = Database(where, create=True)
    database.create_tables()
    yield database
    database.close()
