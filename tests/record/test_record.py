"""The record: what is committed comes back proven, and nobody commits what they may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from hilt.core.errors import (
    KeyUnusable,
    NotAllowed,
    RecordDamaged,
    RecordError,
    RecordUnreachable,
    ReportInvalid,
    UsageError,
)
from hilt.core.events import (
    EVENTS,
    THE_LOG,
    DecisionMade,
    Erased,
    Event,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.verdict import Outcome
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.notes import Verifier
from hilt.record.record import Record
from hilt.record.statements import Statement, write
from record.one_of_each import (
    ANNA,
    ANNA_KEY,
    BEN,
    BEN_KEY,
    CARL,
    CARL_KEY,
    CARLS_OLD_KEY,
    IMPORTED,
    LOG_KEY,
    NOBODYS_KEY,
    ORIGIN,
    OTHER,
    SUBJECT,
    USE,
    Places,
    bring,
    decided,
    judged,
    one_of_each,
    said,
    stated,
    with_people,
)
from record.small_log import admitted, decision
from sample_receipts import ed25519_key

pytestmark = pytest.mark.slow_on_postgresql


@pytest.fixture
def full(where: str) -> Iterator[tuple[Record, Places]]:
    record, places = one_of_each(where)
    with record:
        yield record, places


@pytest.fixture
def record(where: str) -> Iterator[Record]:
    with with_people(where) as record:
        yield record


@pytest.mark.slow_on_postgresql(False)
def test_every_kind_of_entry_comes_back_from_the_log(full: tuple[Record, Places]) -> None:
    record, _ = full
    entries = [record.recorded(place) for place in range(record.log.head().size)]
    assert {type(one.event) for one in entries} == set(EVENTS)
    assert [one.index for one in entries] == list(range(len(entries)))
    assert not any(one.lapsed for one in entries)
    assert list(record.verify()) == []


def test_a_history_tells_who_said_what_in_their_words_and_with_the_roles_of_then(full: tuple[Record, Places]) -> None:
    record, places = full
    record.commit([stated(BEN, "Ben")], key=ANNA_KEY)
    history = record.history(SUBJECT)
    assert [(one.by, type(one.event)) for one in history] == [
        (THE_LOG, VerdictGiven),
        (CARL, UseRequested),
        (BEN, DecisionMade),
        (CARL, HoldingBegun),
        (CARL, HoldingBegun),
        (CARL, HoldingEnded),
        (ANNA, Withdrawn),
    ]
    yes = history[2]
    assert (yes.index, yes.roles, yes.origin) == (places.decision, ("legal",), "")
    assert isinstance(yes.event, DecisionMade)
    assert yes.event.why.text == "it is fine"
    assert [(rule, words.text) for rule, words in yes.event.answers] == [("licence", "it does")]
    assert yes.event.conditions is not None
    assert yes.event.conditions.text == "only in the EU"
    assert history[6].roles == ("admin", "legal")


def test_what_commit_returns_is_what_history_tells(record: Record) -> None:
    event, documents = judged()
    given = record.commit([event], documents=documents)
    asked = record.commit([UseRequested(subject=SUBJECT, use=USE, why=said("we need it"))], key=CARL_KEY)
    assert record.history(SUBJECT) == (*given, *asked)


def test_an_unknown_subject_has_no_history(record: Record) -> None:
    assert record.history("00" * 32) == ()
    assert record.registry.model("00" * 32) is None


def test_a_place_that_is_not_there_is_an_error(record: Record) -> None:
    with pytest.raises(RecordError, match="there is no entry 9999"):
        record.recorded(9999)


def test_what_was_imported_stands_behind_the_entry_that_imported_it(full: tuple[Record, Places]) -> None:
    record, _ = full
    own, *foreign = record.history(IMPORTED)
    assert isinstance(own.event, Imported)
    assert [(type(one.event), one.origin, one.until) for one in foreign] == [
        (kind, admitted().origin, "2027-01-31") for kind in (VerdictGiven, UseRequested, DecisionMade)
    ]
    assert isinstance(foreign[2].event, DecisionMade)
    assert foreign[2].event.answers[0][1].text == "the licence allows it"
    model = record.registry.model(IMPORTED)
    assert model is not None
    assert model.place == own.index


def test_an_older_bundle_takes_nothing_back_that_a_newer_one_said(record: Record) -> None:
    old, new = admitted(), admitted()
    case = next(place for place in range(9) if b":request:" in new.envelopes[place].payload)
    new.add(decision(new, case), ed25519_key(11))
    bring(record, new)
    bring(record, old)
    told = [one for one in record.history(IMPORTED) if one.origin]
    assert [one.index for one in told] == sorted({one.index for one in told})
    assert len(told) == 4


def test_people_are_told_with_their_names_and_the_keys_that_count(record: Record) -> None:
    assert [(one.person, one.name.text, one.roles) for one in record.people()] == [
        (ANNA, "Anna", ("admin", "legal")),
        (BEN, "Ben", ("legal",)),
        (CARL, "Carl", ("legal",)),
    ]
    assert record.person("carl").keys == (CARL_KEY.public.text,)
    assert record.person(CARL) == record.person("Carl") == record.person_of(CARL_KEY.public)
    assert record.person_of(CARLS_OLD_KEY.public) is None
    assert record.person_of(NOBODYS_KEY.public) is None


def test_a_name_that_is_nobodys_or_of_two_is_an_error_that_says_so(record: Record) -> None:
    with pytest.raises(UsageError, match="there is no person 'dora'; `hilt person list` tells"):
        record.person("dora")
    record.commit([stated("p-0000000d", "Anna")], key=ANNA_KEY)
    with pytest.raises(UsageError, match="2 people are called 'Anna'; name one of p-0000000a, p-0000000d"):
        record.person("Anna")


REFUSED: dict[str, tuple[Callable[[], Event], SigningKey | None, str]] = {
    "a key of nobody": (lambda: Withdrawn(subject=SUBJECT, why=said("so")), NOBODYS_KEY, "belongs to nobody"),
    "a revoked key": (lambda: Withdrawn(subject=SUBJECT, why=said("so")), CARLS_OLD_KEY, "belongs to nobody"),
    "a verdict by a person": (lambda: judged()[0], ANNA_KEY, "a verdict is said by the log alone, not by p-0000000a"),
    "a decision by the log": (decided, None, "a decision is signed by a person, not by the log"),
    "a withdrawal by the log": (lambda: Withdrawn(subject=SUBJECT, why=said("so")), None, "not by the log"),
    "a person by the log": (lambda: stated(BEN, "Ben", "admin"), None, "a person with the role admin, not by the log"),
    "a person by Ben": (lambda: stated(BEN, "Ben", "admin"), BEN_KEY, "which p-0000000b does not have"),
    "a key by Ben": (lambda: KeyAdded(person=ANNA, key=NOBODYS_KEY.public.text), BEN_KEY, "the role admin"),
    "a revocation by Ben": (
        lambda: KeyRevoked(person=ANNA, key=ANNA_KEY.public.text, why=said("so")),
        BEN_KEY,
        "the role admin",
    ),
    "an erasure by Ben": (lambda: Erased(person=BEN, words=()), BEN_KEY, "the role admin"),
    "a key of somebody else": (
        lambda: KeyAdded(person=ANNA, key=BEN_KEY.public.text),
        ANNA_KEY,
        "the key is that of p-0000000b",
    ),
    "a key that was revoked": (
        lambda: KeyAdded(person=CARL, key=CARLS_OLD_KEY.public.text),
        ANNA_KEY,
        "the key is that of p-0000000c",
    ),
    "the key of the log": (lambda: KeyAdded(person=ANNA, key=LOG_KEY.public.text), ANNA_KEY, "one of the log"),
    "a key for nobody": (
        lambda: KeyAdded(person="p-0000000d", key=NOBODYS_KEY.public.text),
        ANNA_KEY,
        "there is no person p-0000000d",
    ),
    "a revocation of what nobody has": (
        lambda: KeyRevoked(person=BEN, key=ANNA_KEY.public.text, why=said("so")),
        ANNA_KEY,
        "p-0000000b has no such key",
    ),
    "a revocation again": (
        lambda: KeyRevoked(person=CARL, key=CARLS_OLD_KEY.public.text, why=said("so")),
        ANNA_KEY,
        "was revoked already, by entry",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nobody_says_what_they_may_not(record: Record, name: str) -> None:
    event, key, why = REFUSED[name]
    size = record.log.head().size
    with pytest.raises(NotAllowed, match=why):
        record.commit([event()], key=key, documents=judged()[1] if name == "a verdict by a person" else ())
    assert record.log.head().size == size
    assert list(record.verify()) == []


@pytest.mark.slow_on_postgresql(False)
def test_all_or_none_is_recorded(record: Record) -> None:
    size = record.log.head().size
    with pytest.raises(NotAllowed):
        record.commit([stated("p-0000000d", "Dora"), KeyAdded(person=BEN, key=ANNA_KEY.public.text)], key=ANNA_KEY)
    assert record.log.head().size == size
    assert len(record.people()) == 3


def test_who_lost_the_role_of_an_administrator_adds_nobody(record: Record) -> None:
    record.commit([stated(BEN, "Ben", "admin")], key=ANNA_KEY)
    record.commit([stated(ANNA, "Anna", "legal")], key=BEN_KEY)
    with pytest.raises(NotAllowed, match="the role admin, which p-0000000a does not have"):
        record.commit([stated("p-0000000d", "Dora")], key=ANNA_KEY)


def test_the_first_person_is_said_by_the_log_and_by_nobody_else(where: str) -> None:
    with Record.create(where, log_key=LOG_KEY, origin=ORIGIN) as record:
        with pytest.raises(NotAllowed, match="belongs to nobody"):
            record.commit([stated(ANNA, "Anna", "admin")], key=ANNA_KEY)
        record.commit([stated(ANNA, "Anna", "admin")])
        record.commit([KeyAdded(person=ANNA, key=ANNA_KEY.public.text)])
        with pytest.raises(NotAllowed, match="not by the log"):
            record.commit([stated(BEN, "Ben", "admin")])


def test_what_a_compromised_key_signed_does_not_count_any_more(full: tuple[Record, Places]) -> None:
    record, places = full
    (entry,) = record.commit(
        [KeyRevoked(person=BEN, key=BEN_KEY.public.text, compromised=True, why=said("stolen"))], key=ANNA_KEY
    )
    lapsed = {one.index: one.lapsed for one in record.history(SUBJECT) if one.lapsed}
    assert lapsed == {places.decision: f"the key of {BEN} turned out to be compromised (entry {entry.index})"}
    with pytest.raises(NotAllowed, match="was revoked"):
        record.commit([Withdrawn(subject=SUBJECT, why=said("so"))], key=BEN_KEY)
    assert list(record.verify()) == []


def test_a_revoked_key_can_turn_out_to_be_compromised_later(record: Record) -> None:
    record.commit([*[UseRequested(subject=SUBJECT, use=USE, why=said("we need it"))]], key=CARL_KEY)
    for compromised in (False, True):
        revoked = KeyRevoked(person=CARL, key=CARL_KEY.public.text, compromised=compromised, why=said("so"))
        record.commit([revoked], key=ANNA_KEY)
        assert bool(record.history(SUBJECT)[0].lapsed) is compromised
    assert list(record.verify()) == []


def test_what_a_revoked_key_signed_before_counts_still(full: tuple[Record, Places]) -> None:
    record, _ = full
    record.commit([KeyRevoked(person=BEN, key=BEN_KEY.public.text, why=said("left"))], key=ANNA_KEY)
    assert not any(one.lapsed for one in record.history(SUBJECT))


@pytest.mark.slow_on_postgresql(False)
def test_two_records_on_one_database_see_each_other(record: Record, where: str) -> None:
    with Record.open(where, log_key=LOG_KEY) as other:
        assert other.person("Ben").person == BEN
        record.commit([stated(BEN, "Benjamin", "legal")], key=ANNA_KEY)
        assert other.person("Benjamin").person == BEN
        event, documents = judged()
        other.commit([event], documents=documents)
        assert [one.event for one in record.history(SUBJECT)] == [event]
        other.commit([KeyRevoked(person=BEN, key=BEN_KEY.public.text, why=said("left"))], key=ANNA_KEY)
        with pytest.raises(NotAllowed):
            record.commit([Withdrawn(subject=SUBJECT, why=said("so"))], key=BEN_KEY)


@pytest.mark.slow_on_postgresql(False)
def test_a_key_that_is_revoked_while_it_signs_is_refused(
    record: Record, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking whose key it is and having the lock of the writer, another process revokes it."""
    append = record.log.append

    def revoked_first(*args: object) -> range:
        monkeypatch.undo()
        with Record.open(where, log_key=LOG_KEY) as other:
            other.commit([KeyRevoked(person=BEN, key=BEN_KEY.public.text, why=said("left"))], key=ANNA_KEY)
        return append(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(record.log, "append", revoked_first)
    with pytest.raises(NotAllowed, match=f"the key of {BEN} was revoked by entry"):
        record.commit([Withdrawn(subject=SUBJECT, why=said("so"))], key=BEN_KEY)
    assert record.history(SUBJECT) == ()


@pytest.mark.slow_on_postgresql(False)
def test_many_threads_add_and_nothing_is_lost(record: Record) -> None:
    def add(number: int) -> None:
        for _ in range(5):
            use = f"use {number}"
            record.commit([UseRequested(subject=SUBJECT, use=use, why=said("we need it"))], key=CARL_KEY)

    threads = [Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(record.history(SUBJECT)) == len(record.registry.requests(SUBJECT)) == 30
    assert list(record.verify()) == []


def test_without_the_key_of_the_log_it_is_read_alone(record: Record, where: str) -> None:
    with Record.open(where) as reader:
        assert len(reader.people()) == 3
        for key in (None, ANNA_KEY):
            with pytest.raises(KeyUnusable, match="takes the key of the log"):
                reader.commit([stated("p-0000000d", "Dora")], key=key)


def test_another_key_than_the_logs_opens_nothing(record: Record, where: str) -> None:
    with pytest.raises(KeyUnusable, match="its log signs with another key"):
        Record.open(where, log_key=NOBODYS_KEY)


def test_the_key_of_the_log_is_rotated_and_the_old_one_signs_nothing_after(record: Record, where: str) -> None:
    new = ed25519_key(40)
    record.commit([LogKeyAdded(verifier=Verifier(ORIGIN, new.public).text)])
    record.close()
    with pytest.raises(KeyUnusable, match="its log signs with another key"):
        Record.open(where, log_key=LOG_KEY)
    with Record.open(where, log_key=new) as again:
        event, documents = judged()
        again.commit([event], documents=documents)
        assert [one.by for one in again.history(SUBJECT)] == [THE_LOG]
        assert list(again.verify()) == []


@pytest.mark.slow_on_postgresql(False)
def test_a_record_is_made_once(record: Record, where: str) -> None:
    with pytest.raises(RecordUnreachable, match="there is a record here already, of the log 'hilt/one-of-each'"):
        Record.create(where, log_key=LOG_KEY, origin="hilt/other")


def test_of_two_who_make_a_record_at_once_one_does(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(statement: Statement) -> bytes:
        monkeypatch.undo()
        Record.create(where, log_key=LOG_KEY, origin=ORIGIN).close()
        return write(statement)

    monkeypatch.setattr("hilt.record.record.write", meanwhile)
    with pytest.raises(RecordUnreachable, match="there is a record here already"):
        Record.create(where, log_key=LOG_KEY, origin=ORIGIN)
    with Record.open(where) as record:
        assert (record.log.head().size, list(record.verify())) == (1, [])


def test_no_record_is_made_by_opening_one(tmp_path: Path) -> None:
    with pytest.raises(RecordUnreachable, match="`hilt init` makes one"):
        Record.open(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_an_event_that_cannot_be_written_is_refused_before_anything_is_signed(record: Record) -> None:
    for event in (
        UseRequested(subject="short", use=USE, why=said("so")),
        UseRequested(subject=SUBJECT, use="a\0b", why=said("so")),
        UseRequested(subject=SUBJECT, use=USE, why=said("a\0b")),
    ):
        with pytest.raises(ReportInvalid):
            record.commit([event], key=CARL_KEY)
    assert record.history(SUBJECT) == ()


def test_words_that_are_not_those_of_their_digest_are_refused(record: Record) -> None:
    from dataclasses import replace

    with pytest.raises(ReportInvalid, match="are not those of the digest"):
        record.commit([UseRequested(subject=SUBJECT, use=USE, why=replace(said("a"), text="b"))], key=CARL_KEY)


@pytest.mark.slow_on_postgresql(False)
def test_texts_that_no_database_stores_come_back_as_they_were(record: Record) -> None:
    """A path that is no UTF-8, and what looks like one that was written for it."""
    for use in ("\udcff", "\\udcff", "a\\", "%_\\"):
        event = UseRequested(subject=SUBJECT, use=use, why=said(use))
        (entry,) = record.commit([event], key=CARL_KEY)
        assert record.recorded(entry.index).event == event
        assert record.registry.requests(SUBJECT)[-1].use == use
    assert list(record.verify()) == []


def test_documents_that_nobody_names_or_gives_are_a_mistake_of_the_caller(record: Record) -> None:
    event, documents = judged()
    with pytest.raises(ValueError, match="no event names the document"):
        record.commit([event], documents=(*documents, b"more"))
    with pytest.raises(ValueError, match="was never given"):
        record.commit([event], documents=documents[:1])
    record.commit([event], documents=documents)
    record.commit([event])
    assert record.document(event.report) == documents[0]
    with pytest.raises(RecordDamaged, match=r"document 0000\S+: it is not there"):
        record.document("00" * 32)


def test_only_what_lasts_can_be_ended(full: tuple[Record, Places]) -> None:
    record, places = full
    record.commit([HoldingEnded(subject=SUBJECT, holding=places.holding)], key=CARL_KEY)
    for subject, holding in ((SUBJECT, places.holding), (OTHER, places.holding), (SUBJECT, places.verdict)):
        with pytest.raises(UsageError, match="is no holding of this model that lasts"):
            record.commit([HoldingEnded(subject=subject, holding=holding)], key=CARL_KEY)


@pytest.mark.slow_on_postgresql(False)
def test_what_was_erased_is_gone_and_every_proof_stays(full: tuple[Record, Places]) -> None:
    record, _ = full
    why = next(one.event.why for one in record.history(SUBJECT) if isinstance(one.event, Withdrawn))
    name = record.person("Ben").name
    record.erase(BEN, [name.digest, why.digest], key=ANNA_KEY)
    assert [one.name.text for one in record.people()] == ["Anna", None, "Carl"]
    history = record.history(SUBJECT)
    assert [one.event.why.text for one in history if isinstance(one.event, Withdrawn)] == [None]
    assert list(record.verify()) == []
    # Somebody who knows the words still cannot bring them back.
    record.commit([Withdrawn(subject=SUBJECT, why=why)], key=ANNA_KEY)
    assert record.history(SUBJECT)[-1].event.why.text is None  # type: ignore[union-attr]


def test_words_of_a_person_are_what_tells_who_they_are_and_what_they_said(full: tuple[Record, Places]) -> None:
    record, places = full
    ben = record.person("Ben")
    yes = record.recorded(places.decision).event
    assert isinstance(yes, DecisionMade)
    assert {ben.name.digest, ben.contact.digest, yes.why.digest} <= set(record.words_of(BEN))


def test_the_newest_time_is_that_of_the_newest_entry(record: Record) -> None:
    at = "2031-01-01T00:00:00+00:00"
    event, documents = judged()
    record.commit([event], documents=documents, at=at)
    assert record.newest_at() == at


def test_the_newest_verdict_stands_for_the_model(record: Record) -> None:
    for outcome in (Outcome.ADMIT, Outcome.BLOCK):
        event, documents = judged(outcome=outcome, report=outcome.word.encode())
        record.commit([event], documents=documents)
    model = record.registry.model(SUBJECT)
    assert model is not None
    assert (model.outcome, model.first + 1) == (Outcome.BLOCK, model.place)
    assert record.registry.newest_of(event.reference) == model
