"""Whatever somebody changes behind hilt's back is named by replaying the log, and is never told as what happened."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import String, Table, text

from hilt.core.errors import RecordDamaged
from hilt.core.progress import Silent
from hilt.record import schema
from hilt.record.database import Database
from hilt.record.ledger.damage import Damage
from hilt.record.record import Record
from hilt.record.replay import replay
from hilt.record.traits import Traits
from record.one_of_each import ANNA_KEY, ELSEWHERE, IMPORTED, ORIGIN, OTHER, SUBJECT, one_of_each
from record.tampering import changed, deleted, inserted, other, rows, swapped

pytestmark = pytest.mark.slow_on_postgresql
by_name = pytest.mark.parametrize("table", schema.DERIVED, ids=lambda table: table.name)


@pytest.fixture
def tampered(where: str) -> Iterator[Database]:
    """The database of a record with an entry of every kind, for somebody who may write to it."""
    record, _ = one_of_each(where)
    record.close()
    database = Database(where)
    yield database
    database.close()


def _another_key(key: int | str) -> int | str:
    return key + 1000 if isinstance(key, int) else f"{key[:-1]}!"


def damage(database: Database) -> list[Damage]:
    return list(replay(database, ORIGIN, Silent()))


def believes(where: str) -> str:
    """What is wrong, by whoever reads all that is decided on; empty where they believe it."""
    with Record.open(where) as record:
        try:
            record.people()
            record.histories([SUBJECT, OTHER, ELSEWHERE, IMPORTED])
        except RecordDamaged as error:
            return str(error)
    return ""


@pytest.mark.slow_on_postgresql(False)
def test_an_honest_record_has_no_damage(tampered: Database, where: str) -> None:
    assert damage(tampered) == []
    assert believes(where) == ""
    for table in (*schema.DERIVED, schema.entries, schema.documents, schema.words):
        assert len(rows(tampered, table)) > 1, f"{table.name} has nothing to tamper with"


@by_name
def test_a_changed_value_is_named_and_not_believed(tampered: Database, where: str, table: Table) -> None:
    row = rows(tampered, table)[-1]
    (key,) = [row[column.name] for column in table.primary_key]
    for column in table.columns:
        value = other(column, row[column.name])
        with changed(tampered, table, row, **{column.name: value}):
            found = damage(tampered)
            if column.primary_key:
                assert set(found) == {
                    Damage(f"{table.name} {key}", "the row is missing, the log has it"),
                    Damage(f"{table.name} {value}", "the row is there, the log does not have it"),
                }
            else:
                assert [one.what for one in found] == [f"{table.name} {key}"]
                assert found[0].why.startswith(
                    f"{column.name} is {'' if isinstance(value, bool) else ascii(value)}"[:60]
                )
            assert believes(where).startswith(f"{table.name} ") or column.name in Traits._fields, column.name
    assert damage(tampered) == []


@by_name
def test_deleted_inserted_and_swapped_rows_are_named_and_not_believed(
    tampered: Database, where: str, table: Table
) -> None:
    one, another = rows(tampered, table)[-2:]
    (key,) = table.primary_key
    more = one | {key.name: _another_key(one[key.name])}
    with deleted(tampered, table, one):
        assert damage(tampered) == [Damage(f"{table.name} {one[key.name]}", "the row is missing, the log has it")]
        assert believes(where).startswith(f"{table.name} {one[key.name]}: the row is missing")
    with inserted(tampered, table, more):
        assert [one.what for one in damage(tampered)] == [f"{table.name} {more[key.name]}"]
        assert believes(where).startswith(f"{table.name} ") or table is schema.models
    with swapped(tampered, table, one, another):
        assert {one.what for one in damage(tampered)} == {f"{table.name} {row[key.name]}" for row in (one, another)}
        assert believes(where).startswith(f"{table.name} ")


@pytest.mark.parametrize("table", [schema.documents, schema.words], ids=lambda table: table.name)
def test_documents_and_words_are_held_against_their_digests(tampered: Database, where: str, table: Table) -> None:
    what = {"documents": "document", "words": "words"}[table.name]
    for one, another in pairwise(rows(tampered, table)[:5]):
        for column in table.columns:
            if column.primary_key:
                continue
            with changed(tampered, table, one, **{column.name: other(column, one[column.name])}):
                assert [found.what for found in damage(tampered)] == [f"{what} {one['digest']}"]
        with deleted(tampered, table, one):
            (found,) = damage(tampered)
            assert found.what == f"{what} {one['digest']}"
            assert found.why.startswith("missing, and entry ")
        with inserted(tampered, table, one | {"digest": "0" * 64}):
            assert damage(tampered) == [Damage(f"{what} {'0' * 64}", "no entry names it")]
        with swapped(tampered, table, one, another):
            assert {found.what for found in damage(tampered)} == {f"{what} {row['digest']}" for row in (one, another)}
    assert damage(tampered) == []


@pytest.mark.slow_on_postgresql(False)
def test_words_that_were_changed_or_are_missing_are_not_told(tampered: Database, where: str) -> None:
    told = [
        row for row in rows(tampered, schema.words) if row["text"] != "a new one"
    ]  # why a key was revoked: of no model
    for row in told[:4]:
        for tamper in (
            changed(tampered, schema.words, row, text="something else"),
            changed(tampered, schema.words, row, salt="00"),
            changed(tampered, schema.words, row, salt="no hex"),
            deleted(tampered, schema.words, row),
        ):
            with tamper:
                assert believes(where).startswith(f"words {row['digest']}: ")
    assert believes(where) == ""


def test_no_letter_goes_over_from_a_text_to_its_salt(tampered: Database, where: str) -> None:
    """`only in the EU` with the salt `..` is the same bytes as `the EU` with the salt `..only in `."""
    row = next(one for one in rows(tampered, schema.words) if one["text"] == "only in the EU")
    for salt, words in (
        (row["salt"] + b"only in ".hex(), "the EU"),
        (row["salt"][:-2], chr(bytes.fromhex(row["salt"])[-1]) + row["text"]),
        (row["salt"].upper() + " ", row["text"]),
    ):
        with changed(tampered, schema.words, row, salt=salt, text=words):
            assert [one.what for one in damage(tampered)] == [f"words {row['digest']}"]
            assert believes(where).startswith(f"words {row['digest']}: ")


def test_words_that_were_erased_and_are_there_again_are_damage(where: str) -> None:
    record, _ = one_of_each(where)
    with record:
        name = record.person("Ben").name
        record.erase("p-0000000b", [name.digest], key=ANNA_KEY)
        database = Database(where)
        with inserted(database, schema.words, {"digest": name.digest, "salt": name.salt, "text": name.text}):
            assert damage(database) == [Damage(f"words {name.digest}", "they were erased, and are there again")]
        assert damage(database) == []
        database.close()


@pytest.mark.parametrize("column", ["kind", "subject", "person", "at"])
def test_what_the_table_of_entries_says_beside_the_envelope_is_named(
    tampered: Database, where: str, column: str
) -> None:
    one_of_each_kind = {row["kind"]: row for row in rows(tampered, schema.entries)[1:]}
    for row in one_of_each_kind.values():
        value = {"kind": "holding-end", "subject": "ff" * 32, "person": "p-ffffffff", "at": "2020-01-01"}[column]
        if row[column] == value:
            continue
        with changed(tampered, schema.entries, row, **{column: value}):
            (found,) = damage(tampered)
            assert found.what == f"entry {row['place']}"
            assert found.why.startswith(f"{column} is {ascii(value)[:20]}")
            # what a fixity run found decides nothing, so that nobody reads it who decides
            assert believes(where) or row["kind"] == "fixity", (column, row["kind"])
    assert damage(tampered) == []


@pytest.mark.parametrize("table", [*schema.DERIVED, schema.documents, schema.words], ids=lambda table: table.name)
def test_a_table_without_rules_is_damage_and_no_crash(tampered: Database, where: str, table: Table) -> None:
    """Whoever may write to it may as well make it anew, and then any value can be a key."""
    if not tampered.is_sqlite:
        pytest.skip("PostgreSQL knows the kinds of its columns")
    (key,) = table.primary_key
    for value in ("NULL", "'x'", "x'ff'", "1.5", "-1"):
        with tampered.writing() as connection:
            for statement in (
                f"CREATE TABLE kept AS SELECT * FROM {table.name}",
                f"DROP TABLE {table.name}",
                f"CREATE TABLE {table.name} AS SELECT * FROM kept",
                f"UPDATE {table.name} SET {key.name} = {value} WHERE rowid = 1",
            ):
                connection.execute(text(statement))
        assert damage(tampered), value
        assert believes(where) or table is schema.documents, value
        with tampered.writing() as connection:
            for statement in (f"DROP TABLE {table.name}", f"ALTER TABLE kept RENAME TO {table.name}"):
                connection.execute(text(statement))


@pytest.mark.parametrize("table", schema.DERIVED, ids=lambda table: table.name)
def test_what_no_column_should_take_is_damage_and_no_crash(tampered: Database, where: str, table: Table) -> None:
    """SQLite takes bytes where a text should be, and text where a number should."""
    if not tampered.is_sqlite:
        pytest.skip("PostgreSQL does not take it")
    (key,) = table.primary_key
    row = rows(tampered, table)[0]
    for column in table.columns:
        for value in (b"\xff", "x" * 9, 1.5):
            if column is key and not (isinstance(value, bytes) and isinstance(column.type, String)):
                continue
            is_now = value if column is key else row[key.name]
            with tampered.writing() as connection:
                set_ = text(f'UPDATE {table.name} SET "{column.name}" = :value WHERE "{key.name}" = :key')
                connection.execute(set_, {"value": value, "key": row[key.name]})
            assert damage(tampered), (column.name, value)
            assert believes(where) or column.name in Traits._fields, (column.name, value)
            with tampered.writing() as connection:
                back = text(f'UPDATE {table.name} SET "{column.name}" = :value WHERE "{key.name}" = :key')
                connection.execute(back, {"value": row[column.name], "key": is_now})
    assert damage(tampered) == []
