"""The record: what is remembered of models and of the people who decide, and the one way to add to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, select

from hilt.core.errors import ChangedMeanwhile, KeyUnusable, NotAllowed, RecordError, RecordUnreachable, UsageError
from hilt.core.events import (
    THE_LOG,
    Erased,
    Event,
    HoldingBegun,
    HoldingEnded,
    LogKeyAdded,
    Person,
    Recorded,
    Remarked,
)
from hilt.core.progress import Progress, Silent
from hilt.core.record import Saved
from hilt.record import documents as kept_documents
from hilt.record import words
from hilt.record.accounts.store import Accounts, Change, erase
from hilt.record.addition import Addition
from hilt.record.backups.backup import back_up
from hilt.record.bundles.bundle import Contents
from hilt.record.bundles.new_bundle import bundled
from hilt.record.database import Database
from hilt.record.desk.store import AskedChecks
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.envelopes import sign
from hilt.record.ledger.keys import PublicKey, SigningKey
from hilt.record.ledger.log import Log
from hilt.record.ledger.notes import Verifier
from hilt.record.ledger.writer import EntryRow
from hilt.record.outbox.store import Outbox
from hilt.record.past import Past
from hilt.record.registry import Registry
from hilt.record.replay import replay
from hilt.record.schema import entries
from hilt.record.statements import Statement, write

_ANYWHERE = 1 << 62
"""A place behind all others."""
_DECIDE_NOTHING = (HoldingBegun.kind, HoldingEnded.kind, Remarked.kind)
"""The kinds of entries about a subject that change nothing of how it stands."""
_NOBODY = (
    "this key belongs to nobody in the record, or was revoked; an administrator adds it with `hilt person key`, "
    "and what it was to sign was not recorded"
)


class Record:
    """A record that is open; a context manager. Without the log's key it can be read alone."""

    def __init__(self, database: Database, *, log_key: SigningKey | None, kept: Path | None) -> None:
        self._database, self._log_key = database, log_key
        self.log = Log(database, key=log_key, kept=kept)
        self.registry = Registry(database)
        self.accounts = Accounts(database)
        self.asked_checks = AskedChecks(database)
        self.outbox = Outbox(database)
        self._past = Past(database, self.log)
        self._newest = 0, ""
        """How long the log was, and the time of its newest entry."""

    @classmethod
    def create(
        cls, database: str, *, log_key: SigningKey, origin: str, kept: Path | None = None, continues: str = ""
    ) -> Self:
        """A new record, whose log is called `origin` and signs with `log_key`. `continues` is where a lost one ended."""
        event = LogKeyAdded(verifier=Verifier(origin, log_key.public).text, continues=continues)
        opened = Database(database, create=True)
        with ExitStack() as on_error:
            on_error.callback(opened.close)
            opened.create_tables()
            record = cls(opened, log_key=log_key, kept=kept)

            def refuse_another(_: object, size: int) -> None:
                if size:
                    raise RecordUnreachable(
                        f"{opened.name}: there is a record here already, of the log {record.log.origin!a}"
                    )

            refuse_another(None, record.log.head().size)
            at = _now()
            envelope = sign(write(Statement(event, at, origin)), log_key)
            row = EntryRow(event.kind, "", THE_LOG, at)
            record.log.append([envelope], [row], refuse_another)  # of two at once, one
            on_error.pop_all()
            return record

    @classmethod
    def open(cls, database: str, *, log_key: SigningKey | None = None, kept: Path | None = None) -> Self:
        """The record in `database`. Raises `RecordUnreachable`, `RecordDamaged`, `RecordBehind`, `KeyUnusable`."""
        opened = Database(database)
        with ExitStack() as on_error:
            on_error.callback(opened.close)
            opened.upgrade_tables()
            record = cls(opened, log_key=log_key, kept=kept)
            newest = record.log.verifiers()[-1]
            if log_key is not None and log_key.public != newest.key:
                raise KeyUnusable(f"{opened.name}: its log signs with another key than this one, that of {newest.text}")
            on_error.pop_all()
            return record

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def commit(
        self,
        events: Sequence[Event],
        *,
        key: SigningKey | None = None,
        documents: Sequence[bytes] = (),
        at: str = "",
        accounts: Sequence[Change] = (),
    ) -> tuple[Recorded, ...]:
        """Adds entries, all or none, signed with `key`, or by the log where there is none; on the disk once it returns.

        `documents` are what the events name and what is not kept yet, `accounts` what changes with them there. Raises `NotAllowed` where whoever has the key may not
        say this, `ReportInvalid` where an event cannot be written.
        """
        signing = key or self._log_key
        if signing is None:
            raise KeyUnusable("the record was opened to be read: to add to it takes the key of the log")
        by = self._past.signers().by(signing.public.text, _ANYWHERE)
        if not by:
            raise NotAllowed(_NOBODY)
        origin = self.log.origin
        said = [Statement(event, at or _now(), origin) for event in events]
        envelopes = [sign(write(one), signing) for one in said]
        rows = [EntryRow(one.event.kind, getattr(one.event, "subject", ""), by, one.at) for one in said]
        addition = Addition(self._past, said, signing.public.text, by, documents, accounts)
        places = self.log.append(envelopes, rows, addition.write)
        signers = self._past.signers()
        return tuple(
            Recorded(index=place, at=one.at, by=by, event=one.event, roles=signers.roles(by, place))
            for place, one in zip(places, said, strict=True)
        )

    def unchanged(self, subject: str, newest: int) -> Change:
        """For `commit` of one entry about `subject`: raises `ChangedMeanwhile` where behind that at `newest` another one came that may
        change how it stands."""

        def check(connection: Connection) -> None:
            later = select(entries.c.place).where(entries.c.subject == subject, entries.c.place > newest)
            later = later.where(entries.c.kind.not_in(_DECIDE_NOTHING)).limit(2)
            if len(connection.execute(later).all()) > 1:  # beside the one that is just added
                raise ChangedMeanwhile(
                    "somebody was quicker: since this was looked at, it was judged, asked for or decided by others, and nothing "
                    "was recorded; look at it as it stands now, and say it again"
                )

        return check

    def erase(self, person: str, digests: Sequence[str], *, key: SigningKey) -> Recorded:
        """Erases words, at the wish of or for `person`, and their account: they are gone, and every proof stays whole."""
        (recorded,) = self.commit([Erased(person=person, words=tuple(digests))], key=key, accounts=[erase(person)])
        self.forget()
        return recorded

    def forget(self) -> None:
        """Leaves no bytes of words that were erased. Raises `RecordUnreachable` where somebody else reads them just now."""
        self._database.forget("words", "accounts", "passes", "unwanted_letters", "opened_cases")

    def words_of(self, person: str) -> tuple[str, ...]:
        """The digests of what tells who `person` is, and of what they said, all that is not erased."""
        theirs = self._past.words_of(person)
        with self._database.reading() as connection:
            return tuple(words.load(connection, theirs))

    def words_naming(self, names: Iterable[str]) -> tuple[str, ...]:
        """The digests of words in which one of `names` stands."""
        with self._database.reading() as connection:
            return words.naming(connection, names)

    def verify(
        self, *, checkpoint: str = "", progress: Progress | None = None, signatures: bool = True
    ) -> Iterator[Damage]:
        """Whatever is not as it was signed: of the log (`Log.verify`), and of all that is made from it or proven by it."""
        yield from self.log.verify(checkpoint=checkpoint, progress=progress, signatures=signatures)
        try:
            origin = self.log.origin
        except RecordError as error:
            yield Damage("the tables", f"they cannot be held against the log ({error})")
        else:
            yield from replay(self._database, origin, progress or Silent())

    def back_up(self, path: Path, progress: Progress) -> Saved:
        """Writes a backup, all of it verified. Raises `RecordDamaged`, `OSError`."""
        return back_up(self._database, path, progress)

    def recorded(self, place: int) -> Recorded:
        """The entry at `place`."""
        return self._past.recorded(place)

    def recorded_each(self, places: Sequence[int]) -> list[Recorded]:
        """The entries at these places, which is quicker than one after the other."""
        return self._past.recorded_each(places)

    def find(self, place: int) -> Recorded | None:
        """The entry at `place`, None where the log has none there."""
        return self.recorded(place) if 0 <= place < self.log.head().size else None

    def history(self, subject: str) -> tuple[Recorded, ...]:
        """Every entry about `subject` in the order of the log, all of it proven; then what was imported with them."""
        return self.histories([subject])[subject]

    def histories(self, subjects: Collection[str]) -> dict[str, tuple[Recorded, ...]]:
        """`history` of many subjects, which is quicker than one after the other."""
        return self._past.histories(subjects)

    def bundle(self, subject: str, *, use: str = "", until: str, words: bool = True) -> bytes:
        """A file that proves at another site what this record has of `subject` for `use`, which counts until the day `until`."""
        if self._log_key is None:
            raise KeyUnusable("the record was opened to be read: to sign a bundle takes the key of the log")
        at = max(_now(), self.newest_at())
        contents = Contents(subject=subject, use=use, log=self.log.origin, size=0, at=at, until=until, places=())
        return bundled(self._past, self.log, self._log_key, self.documents, contents, words=words)

    def newest_at(self) -> str:
        """The time of the newest entry."""
        size, (known, at) = self.log.head().size, self._newest
        if size != known:
            at = self._past.recorded(size - 1).at
            self._newest = size, at
        return at

    def people(self) -> tuple[Person, ...]:
        """Everybody, as of now."""
        return self._past.people()

    def who(self, person: str) -> Person | None:
        """Whom the log calls `person`, as of now; the others are not looked at."""
        return self._past.person(person)

    def vouching(self, person: str) -> list[Recorded]:
        """The entries that say who `person` is, and with which keys they sign."""
        return [one for one in self._past.vouching([person]) if getattr(one.event, "person", "") == person]

    def person_of(self, key: PublicKey) -> Person | None:
        """Whose key it is; None where it is nobody's, or was revoked."""
        return next((person for person in self.people() if key.text in person.keys), None)

    def person(self, name: str) -> Person:
        """The person with this name, or whom the log calls so. Raises `UsageError`."""
        return _named(name, self.people())

    def called(self, name: str) -> Person | None:
        """The first person with this name, or whom the log calls so; None where there is none."""
        return next(iter(_called(name, self.people())), None)

    def anybody(self, name: str) -> Person:
        """The same; where there is nobody, whoever is called so in a bundle of another log."""
        own = self.people()
        others = {spoke.person.person: spoke.person for spoke in self._past.imported_people()}
        return _named(name, own if _called(name, own) else tuple(others.values()))

    def document(self, digest: str) -> bytes:
        """A report, a verdict or a bundle. Raises `RecordDamaged`."""
        return self.documents([digest])[digest]

    def documents(self, digests: Collection[str]) -> dict[str, bytes]:
        """`document` of many digests, which is quicker than one after the other."""
        with self._database.reading() as connection:
            return kept_documents.load(connection, digests)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _called(name: str, people: Sequence[Person]) -> list[Person]:
    found = [one for one in people if one.person == name]
    return found or [one for one in people if (one.name.text or "").casefold() == name.casefold()]


def _named(name: str, people: Sequence[Person]) -> Person:
    found = _called(name, people)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"there is no person {name[:100]!a}; `hilt person list` tells who there is")
    which = ", ".join(one.person for one in found)
    raise UsageError(f"{len(found)} people are called {name[:100]!a}; name one of {which}")
