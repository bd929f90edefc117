"""What verbs search: pages that go on where the last one ended, and an index for each question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event, text

from hilt.core.errors import RecordDamaged
from hilt.core.events import UseRequested
from hilt.core.verdict import Outcome
from hilt.record.among import Among
from hilt.record.database import Database
from hilt.record.record import Record
from record.many import Many, fill, said
from record.one_of_each import judged

MODELS = 300

Ask = Callable[[Record, str], Any]

ASKED: dict[str, Ask] = {
    "model": lambda record, subject: record.registry.model(subject),
    "newest of": lambda record, _: record.registry.newest_of("hf:publisher-7/model-7"),
    "models": lambda record, _: record.registry.models(after=250),
    "models with a reference": lambda record, _: record.registry.models(reference="hf:publisher-7/model-7", limit=1000),
    "models with an outcome": lambda record, _: record.registry.models(outcome=Outcome.BLOCK, after=250),
    "models matching": lambda record, _: record.registry.models(matching="model-7", after=250),
    "models matching with an outcome": lambda record, _: record.registry.models(
        matching="model-7", outcome=Outcome.ADMIT
    ),
    "admitted": lambda record, _: record.registry.admitted(after="8" * 64),
    "requests": lambda record, _: record.registry.requests(after=300),
    "requests of": lambda record, subject: record.registry.requests(subject),
    "models under a licence": lambda record, _: record.registry.models(licence="mit", openness=3),
    "models for a use": lambda record, _: record.registry.models(among=Among({"search", "translation"})),
    "models of an owner": lambda record, _: record.registry.models(
        among=Among(None, "p-0000000c"), outcome=Outcome.BLOCK
    ),
    "models of subjects": lambda record, subject: record.registry.models_of([subject]),
    "verdicts that changed": lambda record, _: record.registry.turned(),
    "maybe open": lambda record, _: record.registry.maybe_open(today="2026-06-01", after=10),
    "maybe open for somebody": lambda record, _: record.registry.maybe_open(
        today="2026-06-01", whom=record.people()[1]
    ),
    "requests at": lambda record, _: record.registry.requests_at([300, 301, 302]),
    "decisions that end": lambda record, _: record.registry.ending("2026-03-01", "2026-04-01"),
    "holdings of what is stopped": lambda record, _: record.registry.stopped_holdings(),
    "uses": lambda record, _: record.registry.uses(),
    "counts": lambda record, _: record.registry.counts(),
    "said yes": lambda record, _: record.registry.said_yes("2026-06-01"),
    "entries": lambda record, _: record.registry.entries(after=300),
    "entries of a kind": lambda record, _: record.registry.entries(kind="decision", after=300),
    "entries of a person": lambda record, _: record.registry.entries(person="p-00000005", after=300),
    "entries of a kind by a person": lambda record, _: record.registry.entries(kind="request", person="p-0000000c"),
    "entries by the log": lambda record, _: record.registry.entries(person="log", kind="verdict"),
    "entries about a subject": lambda record, subject: record.registry.entries(subject=subject, kind="verdict"),
    "judged before decisions": lambda record, _: record.registry.judged_before([360, 361, 362]),
    "newest signed by each": lambda record, _: record.registry.newest_signed(),
    "decisions": lambda record, _: record.registry.decisions(after=300),
    "decisions of": lambda record, subject: record.registry.decisions(subject),
    "newest decisions": lambda record, _: record.registry.decisions(newest_first=True, after=300),
    "exceptions": lambda record, _: record.registry.decisions(exception=True, after=300),
    "decisions on a case": lambda record, _: record.registry.decisions(case=400),
    "withdrawn": lambda record, subject: record.registry.withdrawn([subject]),
    "decisions ending": lambda record, _: record.registry.decisions(ending=("2026-03-01", "2026-04-01"), after=300),
    "holdings": lambda record, _: record.registry.holdings(after=300),
    "holdings of": lambda record, subject: record.registry.holdings(subject),
    "holdings that ended too": lambda record, _: record.registry.holdings(lasting=False, after=300),
    "history": lambda record, subject: record.history(subject),
    "people": lambda record, _: record.people(),
    "words of": lambda record, _: record.words_of("p-00000005"),
    "newest at": lambda record, _: record.newest_at(),
}


class Filled(NamedTuple):
    record: Record
    many: Many


@pytest.fixture
def filled(where: str) -> Iterator[Filled]:
    many = fill(where, MODELS)
    with Record.open(where) as record:
        yield Filled(record, many)


def plans(record: Record, ask: Ask, subject: str) -> Iterator[tuple[str, list[str]]]:
    """Each statement that is asked of the database, and how it answers."""
    database: Database = record._database
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database._engine, "before_cursor_execute")
    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    ask(record, subject)
    event.remove(database._engine, "before_cursor_execute", listen)
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.reading() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in asked:
            if statement.startswith("SELECT") and re.search(r"\bFROM\b", statement) and "pg_catalog" not in statement:
                found = connection.exec_driver_sql(f"{explain} {statement}", parameters)
                yield statement, [str(row[-1]) for row in found]


_WHOLE = re.compile(r"SCAN (?!.* USING )(?!\d+ CONSTANT|CONSTANT ROW|anon_|each_use|\(subquery)|Seq Scan")
"""A table read from its beginning; not what a query has found itself."""
_CHOSEN_FIRST = ("models for a use", "models of an owner", "maybe open", "maybe open for somebody")
"""What is sorted are those that were found first: `among.FEW` at most, or what waits although it was answered."""
_SORTED = re.compile(r"TEMP B-TREE FOR ORDER BY")
_FEW = re.compile(r"\bFROM (people|keys|alembic_version|heads)\b")
"""Tables that no organisation fills; of heads the newest is taken."""
_LIMITED = re.compile(r"\bLIMIT\b(?!.*\) ORDER BY)", re.DOTALL)
"""A page that is chosen from all rows; to sort one that was chosen costs nothing."""


def test_every_question_has_its_index(filled: Filled) -> None:
    slow = []
    for name, ask in ASKED.items():
        found = list(plans(filled.record, ask, filled.many.subjects[3]))
        assert found, name
        for statement, plan in found:
            if not _FEW.search(statement):
                slow += [(name, line, statement) for line in plan if _WHOLE.search(line)]
                slow += [
                    (name, line, statement)
                    for line in plan
                    if _LIMITED.search(statement) and _SORTED.search(line) and name not in _CHOSEN_FIRST
                ]
    assert not slow, "\n".join(f"{name}: {line}\n{statement}" for name, line, statement in slow)


def paged(ask: Callable[[int | None], list[Any]]) -> list[Any]:
    found: list[Any] = []
    while page := ask(found[-1].place if found else None):
        assert len(page) <= 50
        found += page
    return found


def test_pages_hold_everything_once_and_in_order(filled: Filled) -> None:
    registry, many = filled.record.registry, filled.many
    models = paged(lambda after: registry.models(after=after))
    assert [one.place for one in models] == sorted((one.place for one in models), reverse=True)
    assert {one.subject for one in models} == set(many.subjects)
    assert len(models) == MODELS
    for ask in (registry.requests, registry.decisions, registry.holdings):
        rows = paged(lambda after, ask=ask: ask(after=after))  # type: ignore[misc]
        assert [one.place for one in rows] == sorted({one.place for one in rows})
        assert len(rows) > 50 or ask == registry.holdings


def test_what_is_asked_for_is_what_comes(filled: Filled) -> None:
    registry, many = filled.record.registry, filled.many
    everything = registry.models(limit=1000)
    for outcome in Outcome:
        chosen = [one for one in everything if one.outcome is outcome]
        assert registry.models(outcome=outcome, limit=1000) == chosen
    assert [one.reference for one in registry.models(matching="MODEL-77")] == ["hf:publisher-77/model-77"]
    assert registry.models(matching="model-7", limit=1000) == [one for one in everything if "model-7" in one.reference]
    assert registry.models(matching="%") == registry.models(matching="_") == []
    assert registry.models(reference=everything[0].reference) == [everything[0]]
    assert registry.newest_of("hf:publisher") is None
    decided = registry.decisions(limit=1000)
    assert registry.decisions(exception=True, limit=1000) == [one for one in decided if one.exception]
    for subject in many.subjects[:9]:
        assert registry.decisions(subject) == [one for one in decided if one.subject == subject]
    admitted = registry.admitted(limit=1000)
    assert admitted == sorted({one.subject for one in decided if one.say == "yes"})
    assert registry.admitted(after=admitted[4], limit=3) == admitted[5:8]
    held = registry.holdings(lasting=False, limit=1000)
    assert registry.holdings(limit=1000) == [one for one in held if one.ended < 0]
    assert {one.holder.text for one in held} == {f"team {number}" for number in range(60)}


def test_a_row_that_hilt_never_writes_is_damage_that_names_it(filled: Filled) -> None:
    record, many = filled
    with record._database.writing() as connection:
        connection.execute(
            text("UPDATE models SET outcome = 7 WHERE subject = :subject"), {"subject": many.subjects[0]}
        )
    with pytest.raises(RecordDamaged, match=rf"models '{many.subjects[0]}': it holds what hilt never writes"):
        record.registry.model(many.subjects[0])


def test_figures_are_found_by_one_thread_and_again_when_an_entry_may_change_them(filled: Filled, where: str) -> None:
    with Record.open(where, log_key=filled.many.log_key) as record, ThreadPoolExecutor(4) as pool:
        counted: list[str] = []

        @event.listens_for(record._database._engine, "before_cursor_execute")
        def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
            counted.extend(["counts"] if "GROUP BY" in statement else [])

        before = [one.result() for one in [pool.submit(record.registry.counts) for _ in range(8)]]
        assert all(one == before[0] for one in before)
        assert len(counted) == 1
        asked = UseRequested(subject=filled.many.subjects[0], use="a new use", why=said("why"))
        record.commit([asked], key=filled.many.keys[3])
        assert "a new use" in record.registry.uses()
        record.registry.counts()
        assert len(counted) == 1
        verdict, documents = judged()
        record.commit([verdict], documents=documents)
        assert sum(one.models for one in record.registry.counts()) == MODELS + 1
        assert len(counted) == 2
