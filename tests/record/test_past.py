"""Whoever has the log's own key, or may write to the database, or both: none of them makes a decision of a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from sqlalchemy import select

from hilt.core.errors import RecordDamaged
from hilt.core.events import THE_LOG, Event, KeyAdded, Withdrawn
from hilt.core.verdict import Outcome
from hilt.record import projection
from hilt.record.database import Database
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.writer import EntryRow
from hilt.record.projection import Entry
from hilt.record.record import Record
from hilt.record.schema import decisions, entries, requests
from hilt.record.statements import Statement, read, write
from record.one_of_each import (
    ANNA,
    ANNA_KEY,
    BEN,
    BEN_KEY,
    CARL,
    CARLS_OLD_KEY,
    LOG_KEY,
    NOBODYS_KEY,
    ORIGIN,
    OTHER,
    SUBJECT,
    decided,
    judged,
    one_of_each,
    said,
    stated,
)
from sample_receipts import KEYS

pytestmark = pytest.mark.slow_on_postgresql
AT = "2026-11-21T10:00:00+00:00"
P256 = KEYS["P-256"]
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def record(where: str) -> Iterator[Record]:
    record, _ = one_of_each(where)
    with record:
        yield record


def slip_in(record: Record, where: str, envelope: Envelope, person: str, *, rows: bool = False) -> int:
    """Appends an entry as somebody does who has the log's key and asks nobody; with `rows`, also what would follow from it."""
    event = read(envelope.payload).event
    row = EntryRow(event.kind, getattr(event, "subject", ""), person, AT)
    (place,) = record.log.append([envelope], [row])
    database = Database(where)
    with database.writing() as connection:
        if rows:
            projection.apply(connection, projection.changes(Entry(place, AT, person, event)))
    database.close()
    return place


def signed(event: Event, key: SigningKey, *, log: str = ORIGIN) -> Envelope:
    return sign(write(Statement(event, AT, log)), key)


def what_is_wrong(record: Record) -> dict[str, str]:
    return {one.what: one.why for one in record.verify()}


def test_a_decision_that_the_log_signs_does_not_count(record: Record, where: str) -> None:
    place = slip_in(record, where, signed(decided(), LOG_KEY), THE_LOG)
    entry = record.history(SUBJECT)[-1]
    assert (entry.index, entry.by, entry.roles) == (place, THE_LOG, ())
    assert entry.lapsed == "a decision is signed by a person, not by the log"
    assert what_is_wrong(record) == {f"entry {place}": entry.lapsed}


def test_a_decision_with_a_key_of_nobody_does_not_count(record: Record, where: str) -> None:
    place = slip_in(record, where, signed(decided(), NOBODYS_KEY), "")
    assert record.history(SUBJECT)[-1].lapsed == "the key belongs to nobody"
    assert what_is_wrong(record) == {f"entry {place}": "the key belongs to nobody"}


def test_a_decision_with_a_revoked_key_does_not_count(record: Record, where: str) -> None:
    slip_in(record, where, signed(decided(), CARLS_OLD_KEY), "")
    assert record.history(SUBJECT)[-1].lapsed.startswith(f"the key of {CARL} was revoked by entry ")


def test_a_decision_in_the_name_of_somebody_else_is_damage(record: Record, where: str) -> None:
    place = slip_in(record, where, signed(decided(), NOBODYS_KEY), BEN)
    with pytest.raises(RecordDamaged, match=f"entry {place}: person is '{BEN}', the log says ''"):
        record.history(SUBJECT)
    assert what_is_wrong(record)[f"entry {place}"]


@pytest.mark.slow_on_postgresql(False)
def test_rows_that_follow_from_what_does_not_count_are_damage(record: Record, where: str) -> None:
    place = slip_in(record, where, signed(decided(), LOG_KEY), THE_LOG, rows=True)
    with pytest.raises(RecordDamaged, match=f"decisions {place}: the row is there, the log does not have it"):
        record.history(SUBJECT)
    assert f"decisions {place}" in what_is_wrong(record)


def test_a_verdict_that_a_person_signs_does_not_count(record: Record, where: str) -> None:
    event = judged(outcome=Outcome.ADMIT)[0]
    slip_in(record, where, signed(event, BEN_KEY), BEN)
    assert record.history(SUBJECT)[-1].lapsed == f"a verdict is said by the log alone, not by {BEN}"
    model = record.registry.model(SUBJECT)
    assert model is not None
    assert model.outcome is Outcome.REVIEW


def test_people_and_keys_that_the_log_brings_in_are_nobody(record: Record, where: str) -> None:
    slip_in(record, where, signed(stated("p-0000000d", "Dora", "admin"), LOG_KEY), THE_LOG)
    slip_in(record, where, signed(KeyAdded(person=BEN, key=NOBODYS_KEY.public.text), LOG_KEY), THE_LOG)
    assert [one.person for one in record.people()] == [ANNA, BEN, CARL]
    assert record.person_of(NOBODYS_KEY.public) is None
    slip_in(record, where, signed(decided(), NOBODYS_KEY), "")
    assert record.history(SUBJECT)[-1].lapsed == "the key belongs to nobody"
    assert len(what_is_wrong(record)) == 3


def test_roles_that_somebody_gives_themselves_are_none(record: Record, where: str) -> None:
    slip_in(record, where, signed(stated(BEN, "Ben", "admin", "security"), BEN_KEY), BEN)
    assert record.person(BEN).roles == ("legal",)


def test_what_was_signed_for_another_log_is_damage(record: Record, where: str) -> None:
    place = slip_in(record, where, signed(decided(), BEN_KEY, log="hilt/other"), BEN)
    with pytest.raises(RecordDamaged, match=f"entry {place}: it was signed for the log 'hilt/other'"):
        record.history(SUBJECT)
    assert what_is_wrong(record) == {f"entry {place}": "it was signed for the log 'hilt/other'"}


def test_a_decision_is_made_once_however_often_it_is_put_in(record: Record, where: str) -> None:
    """Of a signature of ECDSA everybody can make another one that holds."""
    record.commit([KeyAdded(person=BEN, key=P256.public.text)], key=ANNA_KEY)
    (first,) = record.commit([decided()], key=P256, at=AT)
    record.commit([Withdrawn(subject=SUBJECT, why=said("it is bad"))], key=ANNA_KEY)
    (envelope,) = record.log.envelopes([first.index])
    r, s = decode_dss_signature(envelope.signature)
    again = envelope._replace(signature=encode_dss_signature(r, P256_ORDER - s))
    assert again.holds()
    place = slip_in(record, where, again, BEN, rows=True)
    assert record.history(SUBJECT)[-1].lapsed == f"it repeats entry {first.index}"
    assert what_is_wrong(record) == {f"entry {place}": f"it repeats entry {first.index}"}


def test_roles_that_were_taken_away_do_not_come_back_by_saying_again_what_an_administrator_said(
    record: Record, where: str
) -> None:
    record.commit([KeyAdded(person=ANNA, key=P256.public.text)], key=ANNA_KEY)
    (given,) = record.commit([stated(BEN, "Ben", "admin")], key=P256, at=AT)
    record.commit([stated(BEN, "Ben")], key=P256)
    (envelope,) = record.log.envelopes([given.index])
    r, s = decode_dss_signature(envelope.signature)
    place = slip_in(record, where, envelope._replace(signature=encode_dss_signature(r, P256_ORDER - s)), ANNA)
    assert record.person(BEN).roles == ()
    assert what_is_wrong(record) == {f"entry {place}": f"it repeats entry {given.index}"}


def test_an_entry_is_not_hidden_by_giving_it_to_another_subject(record: Record, where: str) -> None:
    withdrawal = next(one.index for one in record.history(SUBJECT) if isinstance(one.event, Withdrawn))
    database = Database(where)
    with database.writing() as connection:
        connection.execute(entries.update().where(entries.c.place == withdrawal).values(subject=OTHER))
    database.close()
    with pytest.raises(RecordDamaged, match=r"requests \d+: state is 'ended', the log says 'answered'"):
        record.history(SUBJECT)
    with pytest.raises(RecordDamaged, match=f"entry {withdrawal}: subject is '{OTHER}', the log says '{SUBJECT}'"):
        record.history(OTHER)


def test_an_entry_that_is_hidden_from_every_table_is_found_by_who_reads_the_log(record: Record, where: str) -> None:
    """What docs/record.md says of it: a history alone does not tell."""
    withdrawal = next(one.index for one in record.history(SUBJECT) if isinstance(one.event, Withdrawn))
    database = Database(where)
    with database.writing() as connection:
        connection.execute(entries.update().where(entries.c.place == withdrawal).values(subject="00" * 32))
        connection.execute(decisions.delete().where(decisions.c.place == withdrawal))
        as_before = {"state": "answered", "answered_by": BEN, "until": decided().until}
        connection.execute(requests.update().where(requests.c.subject == SUBJECT).values(as_before))
        place = connection.scalar(select(requests.c.place).where(requests.c.subject == SUBJECT))
    database.close()
    assert not any(isinstance(one.event, Withdrawn) for one in record.history(SUBJECT))
    assert what_is_wrong(record).keys() == {f"entry {withdrawal}", f"decisions {withdrawal}", f"requests {place}"}


def test_a_revoked_key_does_not_sign_again_by_hiding_its_revocation(record: Record, where: str) -> None:
    database = Database(where)
    with database.writing() as connection:
        connection.execute(entries.update().where(entries.c.kind == "key-revocation").values(kind="verdict"))
    database.close()
    with Record.open(where) as fresh, pytest.raises(RecordDamaged, match=r"keys \S+: revoked is \d+, the log says -1"):
        fresh.people()


def test_an_entry_that_nobody_can_read_is_damage_that_is_named(record: Record, where: str) -> None:
    envelope = sign(b"{}", BEN_KEY)
    (place,) = record.log.append([envelope], [EntryRow("decision", SUBJECT, BEN, AT)])
    with pytest.raises(RecordDamaged, match=f"entry {place}: what it says cannot be read: _type: this key is missing"):
        record.history(SUBJECT)
    assert what_is_wrong(record)[f"entry {place}"].startswith("what it says cannot be read")
