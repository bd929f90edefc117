"""What entries change in the tables: the same in one go, one after the other, and in memory."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hilt.core.events import (
    EVENTS,
    DecisionMade,
    Event,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    PersonStated,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.verdict import Outcome
from hilt.record.database import Database
from hilt.record.projection import Entry, apply, changes
from hilt.record.rows import differences, key_of, made
from hilt.record.schema import DERIVED, holdings, keys, models, people
from record.made_up import events, of_each_kind

AT = "2026-11-21T10:00:00+00:00"
WORDS = Words(digest="00" * 32)


def entries(found: list[Event]) -> list[Entry]:
    return [Entry(place, AT, "p-0000000a", event) for place, event in enumerate(found)]


def few(event: Event) -> Event:
    """About one of two subjects or people, so that they meet."""
    if isinstance(event, HoldingEnded):
        return replace(event, subject="ab" * 32, holding=event.holding % 10)
    if isinstance(event, KeyAdded | KeyRevoked):
        return replace(event, key="key" if int(event.person[-1], 16) % 2 else "other key")
    if isinstance(event, PersonStated):
        return replace(event, person="p-0000000a")
    if isinstance(event, UseRequested | DecisionMade | Withdrawn):
        return replace(event, subject="ab" * 32, use="chat" if event.use else "")
    if isinstance(event, VerdictGiven | Imported):
        return replace(event, subject="ab" * 32)
    return event


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(st.lists(events.map(few), max_size=12))
def test_a_batch_makes_the_same_rows_as_memory_does(database: Database, found: list[Event]) -> None:
    with database.writing() as connection:
        for table in DERIVED:
            connection.execute(table.delete())
        changed = [change for entry in entries(found) for change in changes(entry, {})]
        apply(connection, changed[: len(changed) // 2])
        apply(connection, changed[len(changed) // 2 :])
        in_memory = made(changed)
        for table in DERIVED:
            there = {key_of(table, row): dict(row) for row in map(dict, connection.execute(select(table)).mappings())}
            assert there == in_memory.get(table.name, {})


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.tuples(*of_each_kind))
def test_every_kind_that_is_about_a_model_or_a_person_changes_a_row(found: tuple[Event, ...]) -> None:
    """Whatever it says: an entry without a row could be taken out of its history in the table of entries alone."""
    assert {type(event) for event in found} == set(EVENTS)
    assert {one.event.kind for one in entries(list(found)) if not changes(one)} == {"log-key", "erasure", "fixity"}


def verdict(outcome: Outcome) -> VerdictGiven:
    digest = "ab" * 32
    return VerdictGiven(
        subject=digest,
        reference="\udcff",
        outcome=outcome,
        policy="default",
        policy_digest=digest,
        evidence=digest,
        report=digest,
        verdict=digest,
    )


def test_the_newest_verdict_replaces_the_one_before_and_keeps_where_the_first_stands() -> None:
    rows = made(
        change for entry in entries([verdict(Outcome.ADMIT), verdict(Outcome.BLOCK)]) for change in changes(entry)
    )
    (row,) = rows[models.name].values()
    assert (row["outcome"], row["first"], row["place"], row["reference"]) == (2, 0, 1, "\\udcff")


def test_a_key_is_revoked_once_and_may_turn_out_to_be_compromised_later() -> None:
    revoked = [KeyRevoked(person="p-0000000a", key="key", compromised=late, why=WORDS) for late in (False, True)]
    rows = made(c for entry in entries([KeyAdded(person="p-0000000a", key="key"), *revoked]) for c in changes(entry))
    assert rows[keys.name]["key",] == {
        "key": "key",
        "person": "p-0000000a",
        "added": 0,
        "revoked": 1,
        "compromised": True,
    }


def test_a_difference_names_the_row_the_column_and_both_values() -> None:
    row = {"person": "p-0000000a", "name": "ab", "contact": "cd", "roles": "admin", "place": 1}
    assert list(differences(people, row, row)) == []
    assert list(differences(people, row | {"roles": "legal\x1b"}, row)) == [
        ("people p-0000000a", "roles is 'legal\\x1b', the log says 'admin'")
    ]
    assert list(differences(people, None, row)) == [("people p-0000000a", "the row is missing, the log has it")]
    assert list(differences(people, row, None)) == [("people p-0000000a", "the row is there, the log does not have it")]
    assert list(differences(holdings, None, None)) == []
