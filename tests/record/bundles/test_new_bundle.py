"""What the record puts into a bundle, and tells of one that was imported, in both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text

from hilt.core.errors import KeyUnusable, NotAllowed, RecordDamaged, UsageError
from hilt.core.events import (
    DecisionMade,
    HoldingBegun,
    Imported,
    KeyAdded,
    KeyRevoked,
    PersonStated,
    UseRequested,
    Withdrawn,
)
from hilt.record.bundles.bundle import Bundle
from hilt.record.bundles.proof import ProvenBundle, prove
from hilt.record.database import Database
from hilt.record.ledger.receipts import Receipt
from hilt.record.record import Record
from record.small_log import (
    ADA,
    ADMIN,
    BEN,
    BEN_IS,
    REPORT,
    SUBJECT,
    USE,
    VERDICT,
    SmallLog,
    admitted,
    decision,
    digest,
    verdict,
    words,
)
from sample_receipts import LOG_KEY, ORIGIN, OTHER_LOG_KEY, ed25519_key

CARL, CARL_IS = ed25519_key(13), "p-00000003"
UNTIL = "2999-12-31"


@pytest.fixture
def record(where: str) -> Iterator[Record]:
    """A record in which Ada is administrator, and Ben and Carl are there as well."""
    with Record.create(where, log_key=LOG_KEY, origin=ORIGIN) as record:
        for person, key in ((ADA, ADMIN), (BEN_IS, BEN), (CARL_IS, CARL)):
            roles = ("admin",) if person == ADA else ()
            stated = PersonStated(person=person, name=words(f"name of {person}"), contact=words(person), roles=roles)
            by = None if person == ADA else ADMIN
            record.commit([stated, KeyAdded(person=person, key=key.public.text)], key=by)
        yield record


def decide(record: Record, use: str = USE) -> None:
    record.commit([verdict()], documents=[REPORT, VERDICT])
    (case,) = record.commit([UseRequested(subject=SUBJECT, use=use, why=words("we need it"))], key=BEN)
    record.commit([decision(SmallLog(), case.index, use=use)], key=ADMIN)


def proven(record: Record, use: str = "", *, with_words: bool = True) -> ProvenBundle:
    data = record.bundle(SUBJECT, use=use, until=UNTIL, words=with_words)
    return prove(Bundle.read(data), record.log.verifiers())


def imported(record: Record, log: SmallLog) -> None:
    """What `log` says, taken over by Ada."""
    bundle, told = log.bundle(), prove(log.bundle(), [log.verifier])
    proofs = bundle._replace(documents={}, words=()).write(told.keys)
    event = Imported(
        subject=SUBJECT,
        origin=log.origin,
        bundle=digest(proofs),
        checkpoint=told.note,
        verdict=told.verdict,
        until=told.contents.until,
        words=bundle.words,
    )
    record.commit([event], key=ADMIN, documents=(proofs, *bundle.documents.values()))


def test_what_bears_on_the_subject_is_in_it_and_nothing_else(record: Record) -> None:
    decide(record)
    record.commit([HoldingBegun(subject=SUBJECT, use=USE, place="cluster", holder=words("Team Chat"))], key=CARL)
    record.commit([replace(verdict(report=b"other"), subject=digest(b"another"))], documents=[b"other"])
    told = proven(record)
    assert [one.event.kind for one in told.entries] == ["verdict", "request", "decision"]
    assert [one.person for one in told.people] == [ADA, BEN_IS]  # nobody there needs to know of Carl
    history = [one for one in record.history(SUBJECT) if not isinstance(one.event, HoldingBegun)]
    assert told.entries == tuple(replace(one, origin=ORIGIN, until=UNTIL) for one in history)


def test_of_other_uses_it_holds_nothing(record: Record) -> None:
    decide(record)
    decide(record, "translation")
    uses = {one.event.use for one in proven(record, USE).entries if isinstance(one.event, UseRequested | DecisionMade)}
    assert uses == {USE}


def test_without_words_they_stay_in_the_record(record: Record) -> None:
    decide(record)
    told = proven(record, with_words=False)
    assert [one.event.why.text for one in told.entries if isinstance(one.event, UseRequested)] == [None]
    assert proven(record).people[0].name.text == f"name of {ADA}"


def test_what_a_compromised_key_signed_goes_along_and_says_so(record: Record) -> None:
    decide(record)
    record.commit([KeyRevoked(person=BEN_IS, key=BEN.public.text, compromised=True, why=words("lost"))], key=ADMIN)
    (request,) = [one for one in proven(record).entries if isinstance(one.event, UseRequested)]
    assert "compromised" in request.lapsed


def test_it_takes_a_verdict_of_ones_own_and_the_key_of_the_log(record: Record, where: str) -> None:
    with pytest.raises(UsageError, match="no verdict of its own"):
        record.bundle(SUBJECT, until=UNTIL)
    with Record.open(where) as reading, pytest.raises(KeyUnusable, match="opened to be read"):
        reading.bundle(SUBJECT, until=UNTIL)


def test_what_was_imported_is_told_after_ones_own_entries(record: Record) -> None:
    log = SmallLog("other.example/models", OTHER_LOG_KEY)
    for person, key, by in ((ADA, ADMIN, None), (BEN_IS, BEN, ADMIN)):
        log.person(person, key, by=by, roles=("admin",))
    log.add(verdict())
    log.add(decision(log, -1), BEN)
    imported(record, log)
    told = record.history(SUBJECT)
    assert [(one.origin, one.event.kind) for one in told] == [
        ("", "import"),
        (log.origin, "verdict"),
        (log.origin, "decision"),
    ]
    assert isinstance(told[2].event, DecisionMade)
    assert (told[2].event.why.text, told[2].until, told[2].by) == ("read and fine", "2027-01-31", BEN_IS)
    assert record.registry.model(SUBJECT) is not None
    assert record.document(digest(REPORT)) == REPORT
    assert list(record.verify()) == []


def test_it_takes_an_administrator_to_import(record: Record) -> None:
    log = admitted()
    bundle = log.bundle()
    event = Imported(
        subject=SUBJECT,
        origin=log.origin,
        bundle=digest(b"x"),
        checkpoint="",
        verdict=verdict(),
        until="",
        words=bundle.words,
    )
    with pytest.raises(NotAllowed, match="admin"):
        record.commit([event], key=BEN, documents=(b"x", REPORT, VERDICT))


def test_a_bundle_that_was_changed_in_the_database_is_damage(record: Record, where: str) -> None:
    log = SmallLog("other.example/models", OTHER_LOG_KEY)
    log.person(ADA, ADMIN, roles=("admin",))
    log.add(verdict())
    imported(record, log)
    (entry,) = [one.event for one in record.history(SUBJECT) if isinstance(one.event, Imported)]
    database = Database(where)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM documents WHERE digest = :digest"), {"digest": entry.bundle})
    database.close()
    with pytest.raises(RecordDamaged, match=entry.bundle):
        record.history(SUBJECT)
    assert [one for one in list(record.verify()) if entry.bundle in one.what]


def test_an_entry_that_the_tables_hide_keeps_a_bundle_from_being_signed(record: Record, where: str) -> None:
    decide(record)
    (gone,) = record.commit([Withdrawn(subject=SUBJECT, why=words("recalled"))], key=ADMIN)
    decide(record, "translation")
    database = Database(where)
    with database.writing() as connection:
        connection.execute(text("UPDATE entries SET subject = '' WHERE place = :place"), {"place": gone.index})
        connection.execute(text("DELETE FROM decisions WHERE place = :place"), {"place": gone.index})
        # Without the withdrawal, the verdict that came later would have opened the first request again.
        as_reopened = text("UPDATE requests SET state = 'asked' WHERE state = 'ended'")
        assert connection.execute(as_reopened).rowcount == 1
    database.close()
    assert gone.index not in {one.index for one in record.history(SUBJECT)}  # only who reads everything sees it
    with pytest.raises(RecordDamaged, match=f"entry {gone.index}: .*hide"):
        record.bundle(SUBJECT, until=UNTIL)
    assert [one for one in list(record.verify()) if one.what == f"entry {gone.index}"]


def test_a_revocation_that_the_tables_hide_keeps_a_bundle_from_being_signed(record: Record, where: str) -> None:
    decide(record)
    stolen = KeyRevoked(person=BEN_IS, key=BEN.public.text, compromised=True, why=words("stolen"))
    (gone,) = record.commit([stolen], key=ADMIN)
    record.commit([verdict()])
    database = Database(where)
    with database.writing() as connection:
        connection.execute(text("UPDATE entries SET kind = 'holding' WHERE place = :place"), {"place": gone.index})
        connection.execute(text("UPDATE keys SET revoked = -1, compromised = false"))
    database.close()
    with Record.open(where, log_key=LOG_KEY) as fresh:
        assert BEN.public.text in fresh.person(BEN_IS).keys  # only who reads everything sees it
        with pytest.raises(RecordDamaged, match=f"entry {gone.index}: .*hide"):
            fresh.bundle(SUBJECT, until=UNTIL)


def test_what_is_added_while_a_bundle_is_made_is_in_it(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(record)
    prove_each, added = record.log.prove_each, list[int]()

    def meanwhile(places: Sequence[int]) -> list[Receipt]:
        if not added:
            (entry,) = record.commit([Withdrawn(subject=SUBJECT, why=words("recalled"))], key=ADMIN)
            added.append(entry.index)
        return prove_each(places)

    monkeypatch.setattr(record.log, "prove_each", meanwhile)
    assert [one.index for one in proven(record).entries if isinstance(one.event, Withdrawn)] == added
