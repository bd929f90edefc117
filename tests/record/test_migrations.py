"""The versions of the tables: the last one has what `schema.py` says, and each tells how to go back, or why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hilt.core.errors import RecordUnreachable
from hilt.core.progress import Silent
from hilt.record import migrations, schema
from hilt.record.accounts import tables as accounts
from hilt.record.accounts.store import Accounts, StoredPass, add
from hilt.record.database import Database
from hilt.record.desk import tables as desk
from hilt.record.outbox import tables as outbox
from hilt.record.replay import replay
from record.one_of_each import ORIGIN, one_of_each
from record.tampering import rows

METADATA = [schema.METADATA, accounts.METADATA, desk.METADATA, outbox.METADATA]


def test_from_nothing_to_the_newest_makes_the_tables_of_the_schema(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert migrations.revision(connection) == migrations.REVISIONS[-1]
        known = [table for metadata in METADATA for table in metadata.sorted_tables]
        indexes = {index["name"] for table in known for index in inspect(connection).get_indexes(table.name)}
    assert {index.name for table in known for index in table.indexes} <= indexes


def test_the_list_of_versions_has_all_of_them_in_their_order() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == migrations.REVISIONS


def test_every_version_can_be_taken_back_or_says_why_not() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    for script in scripts.walk_revisions():
        text = Path(script.path).read_text(encoding="utf-8")
        assert "def downgrade() -> None:\n" in text
        assert "    pass\n" not in text.partition("def downgrade")[2]


def test_remarks_of_a_record_without_their_table_are_in_it_after_the_upgrade(where: str) -> None:
    one_of_each(where)[0].close()
    database = Database(where)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    database.upgrade_tables()
    assert [row["says"] for row in rows(database, schema.remarks)] == ["asks", "for"]
    assert list(replay(database, ORIGIN, Silent())) == []
    database.close()


def test_passes_of_older_tables_stay_and_tokens_of_the_library_end_where_nobody_knows_them(where: str) -> None:
    database = Database(where, create=True)
    database.create_tables()
    until = "2999-01-01T00:00:00+00:00"
    for kind in ("session", "library"):
        told = StoredPass(digest=kind, person="p-1", kind=kind, begun="2026", until=until, key="k", use="x", names="*")
        Accounts(database).change(add(told))
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    database.upgrade_tables()
    found = [Accounts(database).find_pass(kind) for kind in ("session", "library")]
    assert found == [
        StoredPass(digest="session", person="p-1", kind="session", begun="2026", until=until, key="k"),
        None,
    ]
    database.close()


def test_tables_are_made_once(database: Database) -> None:
    database.create_tables()
    database.upgrade_tables()


def test_an_empty_database_is_no_record(where: str) -> None:
    database = Database(where, create=True)
    with pytest.raises(RecordUnreachable, match="there is no record here; `hilt init` makes one"):
        database.upgrade_tables()
    database.close()


def test_tables_of_a_newer_hilt_are_left_alone(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordUnreachable, match=r"version '9999', and this hilt knows none after .*; upgrade hilt"):
        database.upgrade_tables()


def test_making_tables_is_all_or_nothing(where: str) -> None:
    database = Database(where, create=True)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE people (other INTEGER)"))
    with pytest.raises(RecordUnreachable, match="people"):
        database.create_tables()
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["people"]
    database.close()
