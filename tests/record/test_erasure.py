"""A person is erased: gone from the very bytes of the database, while everything that was proven still is."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import psycopg
import pytest
from sqlalchemy import select

from hilt.core.errors import NotAllowed, RecordBehind, UsageError
from hilt.core.events import Erased, HoldingBegun, UseRequested, Words
from hilt.gate import person
from hilt.gate.erase_person import ErasedPerson, erase_person
from hilt.gate.record import opened, signing
from hilt.gate.settings import Settings
from hilt.record.database import Database
from hilt.record.ledger.receipts import bundle, check_receipt, read_receipt
from hilt.record.schema import entries, words
from postgresql_server import Server
from sample_records import added, administrator, made

SUBJECT = "ab" * 32
HERS, OTHERS = "BECAUSE-GRACE-SAYS-SO " * 40, "team of Grace Hopper, room 7 " * 40
WORDS = (b"Grace Hopper", b"grace hopper@example", b"BECAUSE-GRACE", b"room 7")


@pytest.fixture
def office(tmp_path: Path, where: str) -> Settings:
    """A record in which Grace has asked for something, and Ada has named her."""
    settings = made(tmp_path, where)
    ada = administrator(tmp_path, settings)
    grace, _ = added(tmp_path, settings, "Grace Hopper", 21, "legal")
    with opened(settings, writing=True) as record:
        asked = UseRequested(subject=SUBJECT, use="chat", why=Words.of(HERS, bytes(16)))
        record.commit([asked], key=signing(grace, None))
        held = HoldingBegun(subject=SUBJECT, use="chat", place="cluster 1", holder=Words.of(OTHERS, bytes(16)))
        record.commit([held], key=signing(ada, None))
    return settings


def erased(office: Settings, folder: Path, name: str, *, texts: bool = False, naming: str = "") -> ErasedPerson:
    return erase_person(name, texts=texts, naming=[naming] if naming else [], key=folder / "ada.key", settings=office)


def stored(folder: Path, where: str, request: pytest.FixtureRequest) -> bytes:
    """Every byte that the database has on the disk, apart from PostgreSQL's journal."""
    if "://" not in where:
        return b"".join(file.read_bytes() for file in folder.glob("record.db*"))
    server: Server = request.getfixturevalue("postgresql_server")
    server.execute("CHECKPOINT")
    with psycopg.connect(where) as connection:
        own = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert own is not None
    return b"".join(file.read_bytes() for file in (server.folder / "data" / "base" / str(own[0])).iterdir())


def test_a_name_is_gone_and_its_person_remains(tmp_path: Path, office: Settings) -> None:
    done = erased(office, tmp_path, "grace hopper")
    assert (done.entry, done.texts, done.said, done.naming) == (7, 0, 1, 1)
    ada, grace = person.people(office)
    assert ada.name.text == "Ada Lovelace"
    assert grace.person == done.person
    assert (grace.name.text, grace.contact.text, grace.roles) == (None, None, ("legal",))
    with opened(office) as record:
        asked, held = record.history(SUBJECT)
        assert asked.by == done.person
        assert isinstance(asked.event, UseRequested)
        assert asked.event.why.text == HERS
        assert isinstance(held.event, HoldingBegun)
        assert held.event.holder.text == OTHERS
        entry = record.recorded(7)
    assert entry.event == Erased(person=done.person, words=tuple(sorted((grace.name.digest, grace.contact.digest))))
    assert entry.by == ada.person


def test_what_was_erased_is_gone_from_the_bytes_of_the_database(
    tmp_path: Path, where: str, office: Settings, request: pytest.FixtureRequest
) -> None:
    before = stored(tmp_path, where, request)
    assert all(word in before for word in WORDS if b"@" not in word)
    done = erased(office, tmp_path, "Grace Hopper", texts=True, naming="ROOM 7")
    assert (done.texts, done.said, done.naming) == (2, 0, 0)
    after = stored(tmp_path, where, request)
    assert b"Ada Lovelace" in after
    for word in WORDS:
        assert word not in after


def test_every_proof_stays_whole(tmp_path: Path, office: Settings) -> None:
    with opened(office) as record:
        before = bundle(record.log.prove(5), record.log.verifiers())
    erased(office, tmp_path, "Grace Hopper", texts=True, naming="Grace Hopper")
    with opened(office) as record:
        check_receipt(read_receipt(before), record.log.verifiers())
        check_receipt(record.log.prove(5), record.log.verifiers())
        assert list(record.verify()) == []
        asked, held = record.history(SUBJECT)
    assert isinstance(asked.event, UseRequested)
    assert asked.event.why.text is None
    assert isinstance(held.event, HoldingBegun)
    assert held.event.holder.text is None


def test_what_others_said_can_be_erased_later(tmp_path: Path, office: Settings) -> None:
    grace = erased(office, tmp_path, "Grace Hopper").person
    done = erased(office, tmp_path, grace, naming="hopper")
    assert (done.texts, done.said, done.naming) == (1, 1, 0)
    with pytest.raises(UsageError, match=r"nothing to erase.*; 1 of their texts are there, which --texts erases"):
        erased(office, tmp_path, grace)
    assert erased(office, tmp_path, grace, texts=True).texts == 1
    with pytest.raises(UsageError, match=r"name and contact are gone$"):
        erased(office, tmp_path, grace, texts=True)


def test_what_others_said_is_not_erased_because_a_row_says_that_it_was_she(
    tmp_path: Path, where: str, office: Settings
) -> None:
    grace = person.people(office)[1]
    database = Database(where)
    with database.writing() as connection:
        connection.execute(entries.update().where(entries.c.kind == "holding").values(person=grace.person))
    assert erased(office, tmp_path, grace.person, texts=True).texts == 1
    with database.reading() as connection:
        left = connection.scalars(select(words.c.text)).all()
    database.close()
    assert OTHERS in left
    assert HERS not in left


def test_what_is_no_text_stands_in_no_erasures_way(tmp_path: Path, where: str, office: Settings) -> None:
    if "://" in where:
        pytest.skip("PostgreSQL holds nothing but texts in a column of texts")
    with closing(sqlite3.connect(where)) as other, other:
        other.execute("UPDATE words SET text = x'ff' WHERE text LIKE 'team%'")
    assert erased(office, tmp_path, "Grace Hopper", naming="because-grace").texts == 1


def test_bytes_that_somebody_read_during_the_erasure_go_when_it_is_asked_for_again(
    tmp_path: Path, where: str, office: Settings
) -> None:
    if "://" in where:
        pytest.skip("where PostgreSQL keeps it, and until when, the next test shows")
    with closing(sqlite3.connect(where)) as other:  # as long as it is open, the journal stays
        other.execute("SELECT count(*) FROM entries").fetchall()
        erased(office, tmp_path, "Grace Hopper", texts=True, naming="Hopper")
        added(tmp_path, office, "Cy", 30)
        journal = tmp_path / "record.db-wal"
        assert journal.stat().st_size > 0
        with pytest.raises(UsageError, match="nothing to erase"):
            erased(office, tmp_path, person.people(office)[1].person)
        assert journal.stat().st_size == 0


@pytest.mark.parametrize("elsewhere", [False, True], ids=["reads here", "writes in another database"])
def test_whoever_may_still_look_at_what_is_erased_is_waited_for(
    tmp_path: Path, where: str, office: Settings, request: pytest.FixtureRequest, *, elsewhere: bool
) -> None:
    if "://" not in where:
        pytest.skip("what SQLite keeps, the test before shows")
    server: Server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server.address("postgres") if elsewhere else where) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT pg_current_xact_id()" if elsewhere else "SELECT count(*) FROM entries")
        timer = Timer(0.7, other.commit)
        timer.start()
        erased(office, tmp_path, "Grace Hopper", texts=True, naming="ROOM 7")
        assert timer.finished.is_set()
        timer.join()
    after = stored(tmp_path, where, request)
    assert not any(word in after for word in WORDS)


def test_whoever_is_no_administrator_erases_nothing(tmp_path: Path, office: Settings) -> None:
    with pytest.raises(NotAllowed, match="role admin"):
        erase_person("Ada Lovelace", key=tmp_path / "grace hopper.key", settings=office)
    assert person.people(office)[0].name.text == "Ada Lovelace"


def test_an_administrator_can_erase_themselves_and_still_sign(tmp_path: Path, office: Settings) -> None:
    ada = erased(office, tmp_path, "Ada Lovelace").person
    added(tmp_path, office, "Cy", 30)
    assert [one.name.text for one in person.people(office)] == [None, "Grace Hopper", "Cy"]
    assert person.people(office)[0].person == ada


def test_a_copy_from_before_is_no_way_back(tmp_path: Path, where: str, office: Settings) -> None:
    if "://" in where:
        pytest.skip("a database of PostgreSQL is no file to be copied")
    shutil.copy(tmp_path / "record.db", tmp_path / "copy")
    erased(office, tmp_path, "Grace Hopper")
    shutil.copy(tmp_path / "copy", tmp_path / "record.db")
    with pytest.raises(RecordBehind, match="the log ends after 7 entries"):
        person.people(office)
