"""What happened, as the log proves it: every entry that is told is signed, in the tree whose root is signed, and by whom it says.

The tables beside the log are searched, not believed. Where one tells something else of a subject than the log, that is an error
which names the row, so that no entry can be hidden by changing one table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, bindparam, select

from hilt.core.errors import FormatError, RecordDamaged, ReportInvalid
from hilt.core.events import EVENTS, THE_LOG, Erased, Event, Imported, Person, PersonStated, Recorded, Words
from hilt.record import words
from hilt.record.bundles import imported
from hilt.record.database import Database
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.log import Log
from hilt.record.projection import Entry, changes
from hilt.record.proven_once import Proven, ProvenOnce
from hilt.record.rows import differences, key_of, made, shown
from hilt.record.schema import BY_PEOPLE, decisions, entries, holdings, keys, models, people, remarks, requests, stored
from hilt.record.signers import KINDS, Signers
from hilt.record.statements import predicate_type, read
from hilt.record.words import in_event

LEARNT = (*KINDS, Erased.kind)
"""The kinds of entries that `Signers` is told."""
_SAYS_WHO = [predicate_type(kind).encode() for kind in EVENTS if kind.kind in LEARNT]

_ROW = stored(entries, "place", "kind", "subject", "person", "at", "envelope")
_AT = _ROW.where(entries.c.place.in_(bindparam("places", expanding=True)))
_IMPORTS = _ROW.where(entries.c.kind == Imported.kind).order_by(entries.c.place)
_OF = _ROW.where(entries.c.subject.in_(bindparam("subjects", expanding=True))).order_by(entries.c.place)
_LEARNT_FROM = _ROW.where(entries.c.kind.in_(LEARNT), entries.c.place >= bindparam("begin")).order_by(entries.c.place)
_ENVELOPES = select(entries.c.place, entries.c.envelope).where(entries.c.place < bindparam("size"))
_PEOPLE = {table: stored(table) for table in (people, keys)}
_SUBJECTS = {
    table: stored(table).where(table.c.subject.in_(bindparam("subjects", expanding=True)))
    for table in (models, requests, decisions, remarks, holdings)
}
_SIGNED_BY = (
    select(entries.c.place, entries.c.envelope)
    .where(BY_PEOPLE, entries.c.person == bindparam("person"))
    .order_by(entries.c.place)
)
_LEARNT_BETWEEN = (
    select(entries.c.place, entries.c.envelope)
    .where(entries.c.kind.in_(LEARNT), entries.c.place >= bindparam("begin"), entries.c.place < bindparam("end"))
    .order_by(entries.c.place)
)


class Said(NamedTuple):
    """What the entry at `place` says, with which key it was signed, and how the table has it."""

    place: int
    at: str
    key: str
    event: Event
    row: dict[str, Any]


class _Known(NamedTuple):
    """What is known of people and keys, from all entries before `size`, those that count among them."""

    size: int
    signers: Signers
    counting: tuple[Entry, ...] = ()


class Past:
    """Reads the entries of `log`, which is in `database`."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database, self._log = database, log
        self._known: _Known | None = None
        self._proven = ProvenOnce()
        self._names: dict[str, Words] = {}
        self._people: tuple[Signers | None, tuple[Person, ...]] = None, ()

    @cached_property
    def _origin(self) -> str:
        return self._log.origin

    def signers(self) -> Signers:
        """Who may sign, as of now. What was proven once is not read again."""
        known = self._known or _Known(0, Signers(self._origin))
        with self._database.reading() as connection:
            rows = _rows(connection, _LEARNT_FROM, begin=known.size)
            if not rows and self._known:
                return known.signers
            there = {table: _rows(connection, found) for table, found in _PEOPLE.items()}
        signers, counting = known.signers.copy(), list(known.counting)
        for said in self._said(rows):
            if not signers.add(said.event, said.key, said.place, said.at):
                counting.append(_entry(said, signers))
            _check_row(said, signers)
        _check_tables(there, counting)
        self._known = _Known(rows[-1]["place"] + 1 if rows else 0, signers, tuple(counting))
        return signers

    def recorded(self, place: int) -> Recorded:
        """The entry at `place`."""
        return self.recorded_each([place])[0]

    def recorded_each(self, places: Sequence[int]) -> list[Recorded]:
        """The entries at these places, in their order; it is quicker than one after the other."""
        with self._database.reading() as connection:
            rows = {row["place"]: row for row in _rows(connection, _AT, places=list(places))}
        if missing := [place for place in places if place not in rows]:
            self._log.envelopes(missing[:1])  # tells why there is none
        said = self._said([rows[place] for place in sorted(rows)])  # of what is there twice, the first counts
        told = {one.index: one for one in _told(said, *self._words_and_signers(said))}
        return [told[place] for place in places]

    def histories(self, subjects: Collection[str]) -> dict[str, tuple[Recorded, ...]]:
        """Of each subject every entry about it in the order of the log, and then what was imported with them."""
        with self._database.reading() as connection:
            rows = _rows(connection, _OF, subjects=list(subjects))
            there = {table: _rows(connection, found, subjects=list(subjects)) for table, found in _SUBJECTS.items()}
        said = self._said(rows)
        known, signers = self._words_and_signers(said)
        told: dict[str, list[Recorded]] = {subject: [] for subject in subjects}
        for one, entry in zip(said, _told(said, known, signers), strict=True):
            told[one.row["subject"]].append(entry)
        _check_tables(there, [_entry(one, signers) for one in said if not why_not(one, signers)])
        with self._database.reading() as connection:
            return {subject: (*some, *imported.entries(connection, some)) for subject, some in told.items()}

    def vouching(self, people: Collection[str]) -> list[Recorded]:
        """The entries that tell who `people` are and what they sign with, who may say so, and what the log signs with."""
        self.signers()
        counting = [one for one in (self._known.counting if self._known else ()) if one.event.kind in KINDS]
        wanted = {*people, THE_LOG}
        while more := {one.by for one in counting if getattr(one.event, "person", "") in wanted} - wanted:
            wanted |= more
        return self.recorded_each([one.place for one in counting if getattr(one.event, "person", THE_LOG) in wanted])

    def hidden(self, subject: str, known: Collection[int], size: int) -> Iterator[int]:
        """Where the first `size` entries are about `subject` and not `known`, or about who may sign and not learnt, by what they
        say themselves, whatever the tables say."""
        learnt = {*self.signers().refused, *(one.place for one in (self._known.counting if self._known else ()))}
        with self._database.reading() as connection:
            for place, text in connection.execute(_ENVELOPES, {"size": size}):
                payload = Envelope.read(str(text)).payload
                if subject.encode() in payload or any(kind in payload for kind in _SAYS_WHO):
                    event = read(payload).event
                    about = getattr(event, "subject", "") == subject and place not in known
                    if about or (event.kind in LEARNT and place not in learnt):
                        yield place

    def person(self, who: str) -> Person | None:
        """Whom the log calls so, with their names, which are read once: a server asks this for every page."""
        signers = self.signers()
        if (person := signers.person(who)) is None:
            return None
        said = {one.digest for one in (person.name, person.contact)} - signers.erased
        if missing := said - self._names.keys():
            with self._database.reading() as connection:
                self._names.update(words.load(connection, missing))
        known = {digest: self._names[digest] for digest in said if digest in self._names}
        for one in (person.name, person.contact):
            _check_there(one, known, signers.erased, who)
        name, contact = (known.get(one.digest, one) for one in (person.name, person.contact))
        return replace(person, name=name, contact=contact)

    def people(self) -> tuple[Person, ...]:
        """Everybody as of now, with their names, which are read anew when an entry says something of people: a server asks this
        for every page."""
        signers, (known, people) = self.signers(), self._people
        if signers is not known:
            people = self._named(signers)
            self._people = signers, people
        return people

    def _named(self, signers: Signers) -> tuple[Person, ...]:
        people = signers.people()
        with self._database.reading() as connection:
            known = words.load(connection, {said.digest for one in people for said in (one.name, one.contact)})
        erased = self.signers().erased
        for one in people:
            for said in (one.name, one.contact):
                _check_there(said, known, erased, one.person)
        names = [(known.get(one.name.digest, one.name), known.get(one.contact.digest, one.contact)) for one in people]
        return tuple(replace(one, name=name, contact=to) for one, (name, to) in zip(people, names, strict=True))

    def words_of(self, person: str) -> tuple[str, ...]:
        """The digests of what tells who `person` is, and of what they said, as far as the table of entries finds it."""
        with self._database.reading() as connection:
            found = [(at, *_unproven(at, text)) for at, text in connection.execute(_SIGNED_BY, {"person": person})]
        signers = self.signers()
        signed = [event for at, event, key, _ in found if signers.by(key, at) == person]
        signed = [
            one for one in signed if not isinstance(one, PersonStated | Imported)
        ]  # what others said is not theirs
        said = [words.digest for event in (*signers.stated(person), *signed) for words in in_event(event)]
        said += [digest for spoke in self.imported_people() if spoke.person.person == person for digest in spoke.words]
        return tuple(dict.fromkeys(said))

    def imported_people(self) -> list[imported.Spoke]:
        """Everybody in bundles of other logs."""
        with self._database.reading() as connection:
            rows = _rows(connection, _IMPORTS)
        said = self._said(rows)
        told = _told(said, *self._words_and_signers(said))
        with self._database.reading() as connection:
            return list(imported.people(connection, told))

    def signers_for(self, connection: Connection, place: int) -> Signers:
        """Who may sign the entry at `place`, told by the transaction that adds it."""
        known = self._known or _Known(0, Signers(self._origin))
        rows = connection.execute(_LEARNT_BETWEEN, {"begin": known.size, "end": place}).all()
        signers = known.signers.copy() if rows else known.signers
        for at, text in rows:
            event, key, when = _unproven(at, text)
            signers.add(event, key, at, when)
        return signers

    def _words_and_signers(self, said: Sequence[Said]) -> tuple[dict[str, Words], Signers]:
        """The words of entries; those that do not count may lack theirs. Raises `RecordDamaged`."""
        with self._database.reading() as connection:
            known = words.load(connection, {one.digest for each in said for one in in_event(each.event)})
        signers = self.signers()  # after the words: what was erased meanwhile is known to be
        for each in said:
            for one in in_event(each.event):
                if not why_not(each, signers):
                    _check_there(one, known, signers.erased, f"entry {each.place}")
                known.setdefault(one.digest, one)
        return known, signers

    def _said(self, rows: Sequence[dict[str, Any]]) -> list[Said]:
        """What entries say, proven now or before. Raises `RecordDamaged`."""
        known = {row["place"]: self._proven.find(row["place"], row["envelope"]) for row in rows}
        new = [place for place, proven in known.items() if proven is None]
        # Asked for none as well: the log is looked at, and has to go on from what was proven.
        told = {place: one for place, one in known.items() if one is not None}
        told |= {place: self._read(place, one) for place, one in zip(new, self._log.envelopes(new), strict=True)}
        return [_said(row, told[row["place"]]) for row in rows]

    def _read(self, place: int, envelope: Envelope) -> Proven:
        try:
            statement = read(envelope.payload)
        except ReportInvalid as error:
            raise RecordDamaged(f"entry {place}", f"what it says cannot be read: {error}") from None
        if statement.log != self._origin:
            raise RecordDamaged(f"entry {place}", f"it was signed for the log {statement.log[:100]!a}")
        return self._proven.keep(place, envelope, statement)


def _said(row: dict[str, Any], proven: Proven) -> Said:
    event, at, _ = proven.statement
    return Said(row["place"], at, proven.key, event, row)


def _check_there(said: Words, known: Mapping[str, Words], erased: Collection[str], by: str) -> None:
    """Raises `RecordDamaged` where the words are missing, and nobody erased them."""
    if said.digest not in known and said.digest not in erased:
        raise RecordDamaged(f"words {said.digest}", f"missing, and {by} names them")


def _unproven(place: int, text: str) -> tuple[Event, str, str]:
    """What the entry says, with which key it was signed and when; whether it is in the tree is not asked."""
    try:
        envelope = Envelope.read(str(text))
        if envelope.holds():
            event, at, _ = read(envelope.payload)
            return event, envelope.key.text, at
    except (FormatError, ReportInvalid) as error:
        raise RecordDamaged(f"entry {place}", f"what it says cannot be read: {error}") from None
    raise RecordDamaged(f"entry {place}", "its signature does not hold")


def _told(said: Sequence[Said], known: Mapping[str, Words], signers: Signers) -> list[Recorded]:
    """Entries with their words, and whether they count."""
    first = dict[tuple[str, str, Event], int]()
    return [_recorded(one, signers, known, first.setdefault((one.key, one.at, one.event), one.place)) for one in said]


def _recorded(said: Said, signers: Signers, known: Mapping[str, Words], first: int) -> Recorded:
    """`first` is the place of the first entry that says the same, signed alike."""
    _check_row(said, signers)
    by = signers.by(said.key, said.place)
    lapsed = why_not(said, signers) or (f"it repeats entry {first}" if first != said.place else "")
    if not lapsed and said.event.kind not in LEARNT:
        lapsed = signers.lapsed(said.key)
    event, roles = words.filled(said.event, known), signers.roles(by, said.place)
    return Recorded(index=said.place, at=said.at, by=by, event=event, roles=roles, lapsed=lapsed)


def _entry(said: Said, signers: Signers) -> Entry:
    return Entry(said.place, said.at, signers.by(said.key, said.place), said.event)


def why_not(said: Said, signers: Signers) -> str:
    """Why an entry never counted; empty where it did."""
    if said.event.kind in LEARNT:
        return signers.refused.get(said.place, "")
    return signers.why_not(said.event, said.key, said.place)


def wrong_columns(said: Said, signers: Signers) -> Iterator[str]:
    """Where the table of entries says something else than the entry itself."""
    by = signers.by(said.key, said.place)
    signed = {"kind": said.event.kind, "subject": getattr(said.event, "subject", ""), "person": by, "at": said.at}
    for name, value in signed.items():
        if said.row[name] != value:
            yield f"{name} is {shown(said.row[name])}, the log says {shown(value)}"


def _check_row(said: Said, signers: Signers) -> None:
    for wrong in wrong_columns(said, signers):
        raise RecordDamaged(f"entry {said.place}", wrong)


def _rows(connection: Connection, found: Select[Any], **where: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(found, where).mappings()]


def _check_tables(there: Mapping[Table, Sequence[dict[str, Any]]], counting: Iterable[Entry]) -> None:
    """Raises `RecordDamaged` where tables say something else than the entries that count."""
    log_makes = made(change for one in counting for change in changes(one))
    for table, rows in there.items():
        makes, has = log_makes.get(table.name, {}), {key_of(table, row): row for row in rows}
        for key in sorted(has.keys() | makes.keys(), key=repr):
            for what, message in differences(table, has.get(key), makes.get(key)):
                raise RecordDamaged(what, message)
