"""Entries that were proven are known again by their text, and no more of them than fit."""

from __future__ import annotations

import pytest

from hilt.core.errors import RecordDamaged
from hilt.core.events import UseRequested
from hilt.record import schema
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.proven_once import ProvenOnce
from hilt.record.statements import Statement, write
from record.one_of_each import ORIGIN, SUBJECT, one_of_each, said
from record.tampering import changed, rows
from sample_receipts import ed25519_key

KEY = ed25519_key(7)


def entry(use: str) -> tuple[Envelope, Statement]:
    event = UseRequested(subject="a" * 64, use=use, why=said("please"))
    statement = Statement(event, "2026-11-22T10:00:00+00:00", ORIGIN)
    return sign(write(statement), KEY), statement


def test_an_entry_that_was_proven_is_known_by_its_text_and_its_place() -> None:
    once, (envelope, statement) = ProvenOnce(), entry("chat")
    kept = once.keep(3, envelope, statement)
    assert (kept.statement, kept.key) == (statement, KEY.public.text)
    assert once.find(3, envelope.text()) is kept
    assert once.find(4, envelope.text()) is None


@pytest.mark.parametrize("text", [entry("search")[0].text(), "", "\ud800", None, b"bytes", 7])
def test_another_text_at_its_place_is_not_known(text: object) -> None:
    once = ProvenOnce()
    once.keep(3, *entry("chat"))
    assert once.find(3, text) is None


def test_those_that_nobody_asked_for_longest_are_forgotten_first() -> None:
    entries = [entry(use) for use in ("a", "b", "c")]
    once = ProvenOnce(most=2 * len(entries[0][0].text()))
    once.keep(0, *entries[0])
    once.keep(1, *entries[1])
    once.keep(1, *entries[1])
    once.find(0, entries[0][0].text())
    once.keep(2, *entries[2])
    assert [once.find(at, one.text()) is not None for at, (one, _) in enumerate(entries)] == [True, False, True]


def test_what_is_longer_than_all_that_is_remembered_is_not() -> None:
    once, (envelope, statement) = ProvenOnce(most=10), entry("chat")
    assert once.keep(0, envelope, statement).statement == statement
    assert once.find(0, envelope.text()) is None


def test_an_entry_that_is_changed_after_it_was_read_is_not_told(where: str) -> None:
    record, places = one_of_each(where)
    with record:
        before = record.history(SUBJECT)
        row = rows(record._database, schema.entries)[places.request]
        with (
            changed(record._database, schema.entries, row, envelope=entry("another use")[0].text()),
            pytest.raises(RecordDamaged, match=f"entry {places.request}"),
        ):
            record.history(SUBJECT)
        assert record.history(SUBJECT) == before
