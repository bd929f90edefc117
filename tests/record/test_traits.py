"""What models are searched by, as their reports say it: at commit, by replay, and where an older hilt made the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from hilt.core.fact import Fact, Known
from hilt.core.progress import Silent
from hilt.core.report_v1 import dump_report
from hilt.record import migrations, schema
from hilt.record.database import Database
from hilt.record.record import Record
from hilt.record.replay import replay
from hilt.record.traits import UNTOLD, Traits, traits_of
from record.many import fill
from record.one_of_each import LOG_KEY, ORIGIN, OTHER, SUBJECT, judged
from sample_reports import BLOCKED


def told(licences: Any, openness: Any = None) -> bytes:
    facts = [
        {"key": "rights.licences", "value": licences, "known": "verified", "source": "LICENSE"},
        {"key": "openness.class", "value": openness, "known": "verified", "source": ""},
    ]
    return json.dumps({"schema": "hilt.report/1", "report": {"facts": facts}}).encode()


@pytest.mark.parametrize(
    ("document", "traits"),
    [
        (told(["mit", "apache-2.0", "mit"], 3), Traits(" apache-2.0 mit ", 3)),
        (told(None), UNTOLD),
        (told([], 0), Traits("", 0)),
        (told("mit", "1"), UNTOLD),
        (told(["a b", "", "mit", "\u202e", 7, "x" * 81], 4), Traits(" mit ", -1)),
        (told(["a"], True), Traits(" a ", -1)),
        (told([f"l{number:03}" for number in range(99)]), Traits(f" {' '.join(f'l{n:03}' for n in range(20))} ", -1)),
        (b"a report", UNTOLD),
        (b"[" * 100_000, UNTOLD),
        (b'{"report": {"facts": [1]}}', UNTOLD),
        (b'{"report": {"facts": {"key": "x"}}}', UNTOLD),
        (b'{"report": {"facts": [{"key": []}]}}', UNTOLD),
        (b"\xff", UNTOLD),
    ],
    ids=str,
)
def test_a_document_tells_licences_and_class_or_nothing(document: bytes, traits: Traits) -> None:
    assert traits_of(document) == traits


def test_what_hilt_writes_into_reports_is_understood() -> None:
    facts = (
        Fact(key="rights.licences", value=("apache-2.0", "mit"), known=Known.VERIFIED, source="LICENSE"),
        Fact(key="openness.class", value=2, known=Known.VERIFIED, source=""),
    )
    assert traits_of(dump_report(replace(BLOCKED.report, facts=facts)).encode()) == Traits(" apache-2.0 mit ", 2)


def traits(database: Database) -> dict[str, Traits]:
    columns = schema.models.c
    with database.reading() as connection:
        rows = connection.execute(select(columns.subject, columns.licences, columns.openness))
        return {row.subject: Traits(row.licences, row.openness) for row in rows}


@pytest.fixture
def told_two(where: str) -> Iterator[Database]:
    """The database of a record with two models."""
    with Record.create(where, log_key=LOG_KEY, origin=ORIGIN) as record:
        for subject, document in ((SUBJECT, told(["mit"], 3)), (OTHER, told(["gpl-3.0", "mit"]))):
            event, (_, verdict) = judged(subject)
            record.commit([replace(event, report=sha256(document).hexdigest())], documents=(document, verdict))
        again, (_, verdict) = judged(OTHER)  # judged anew by a report that is there
        record.commit([replace(again, report=sha256(told(["mit"], 3)).hexdigest())], documents=(verdict,))
    database = Database(where)
    yield database
    database.close()


def test_they_are_those_of_the_newest_report_wherever_it_came_from(told_two: Database) -> None:
    assert traits(told_two) == {SUBJECT: Traits(" mit ", 3), OTHER: Traits(" mit ", 3)}
    assert list(replay(told_two, ORIGIN, Silent())) == []


def test_replay_tells_where_somebody_changed_them(told_two: Database) -> None:
    with told_two.writing() as connection:
        connection.execute(schema.models.update().where(schema.models.c.subject == OTHER).values(licences=" mine "))
    (found,) = replay(told_two, ORIGIN, Silent())
    assert found == (f"models {OTHER}", "licences is ' mine ', the log says ' mit '")


@pytest.mark.slow_on_postgresql
def test_tables_of_an_older_hilt_get_all_rows_as_they_would_be_made_today(where: str) -> None:
    fill(where, 60)
    database = Database(where)
    before = {table.name: _rows(database, table) for table in schema.DERIVED}
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.__path__[0]))
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    with database.reading() as connection:
        columns = connection.execute(text("SELECT * FROM requests LIMIT 1")).keys()
        assert "state" not in columns
    database.upgrade_tables()
    assert {table.name: _rows(database, table) for table in schema.DERIVED} == before
    database.close()


def _rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
