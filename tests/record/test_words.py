"""Words: every one that an event names is found, filled in, and held against its digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given

from hilt.core.errors import RecordDamaged, ReportInvalid
from hilt.core.events import Event, Words
from hilt.record import words
from hilt.record.database import Database
from record.made_up import events

SAID = Words.of("because it is small", b"0123456789abcdef")


def inside(value: Any) -> Iterator[Words]:
    """All words anywhere in a value."""
    if isinstance(value, Words):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from inside(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from inside(getattr(value, field.name))


@given(events)
def test_every_word_of_an_event_is_found_and_filled_in(event: Event) -> None:
    named = list(words.in_event(event))
    assert sorted(one.digest for one in named) == sorted(one.digest for one in inside(event))
    filled = words.filled(event, {one.digest: Words(digest=one.digest, text="said") for one in named})
    assert all(one.text == "said" for one in inside(filled))
    assert words.filled(filled, {one.digest: one for one in named}) == event


def test_what_is_kept_comes_back(database: Database) -> None:
    with database.writing() as connection:
        words.keep(connection, [SAID, SAID, Words(digest="00" * 32)])
        words.keep(connection, [SAID])
        assert words.load(connection, [SAID.digest, "00" * 32]) == {SAID.digest: SAID}
        words.erase(connection, [SAID.digest])
        assert words.load(connection, [SAID.digest]) == {}


@pytest.mark.parametrize(
    ("salt", "text"), [(SAID.salt, "another text"), ("00", SAID.text), ("no hex", SAID.text), (b"", 7), (None, None)]
)
def test_what_does_not_belong_to_its_digest_is_damage(salt: object, text: object) -> None:
    with pytest.raises(RecordDamaged, match="is not the one whose digest was signed"):
        words.checked(SAID.digest, salt, text)


def test_no_text_is_kept_that_could_not_be_read_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LARGEST", 10)
    for said in (Words.of("a\0b", bytes(16)), Words.of("x" * 11, bytes(16)), Words(digest="00" * 32, text="a")):
        with database.writing() as connection, pytest.raises(ReportInvalid):
            words.keep(connection, [said])
