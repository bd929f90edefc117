"""Accounts and passes in the database: put there, found and taken away. What they are worth is for `gate/signing_in/passes.py` to tell."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.wire import decode_text, encode_text
from hilt.record.accounts.tables import accounts, opened_cases, passes, tries, unwanted_letters
from hilt.record.database import Database

MOST_OPENED = 1000
"""Cases of which it is remembered when somebody opened them; the oldest are forgotten."""
Change = Callable[[Connection], None]
"""What changes in these tables, all of it or nothing, in a transaction of its own or that of a verb that adds to the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A row of `accounts`."""

    person: str
    issuer: str = ""
    subject: str
    name: str = ""
    contact: str = ""
    key: str = ""
    sealed: str = ""
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPass:
    """A row of `passes`."""

    digest: str
    person: str
    kind: str
    label: str = ""
    begun: str
    until: str
    only_reads: bool = False
    key: str
    sealed: str = ""
    use: str = ""
    names: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """A row of `tries`."""

    name: int
    failures: int = 0
    until: str = ""


_PASS = select(passes).where(passes.c.digest == bindparam("digest"))
"""Asked for with every request: made once, it is asked in a third of the time."""


class Accounts:
    """The accounts in a database; used by many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def account(self, person: str) -> Account | None:
        return next(iter(self._read(Account, select(accounts).where(accounts.c.person == person))), None)

    def of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account of whom `issuer` calls `subject`."""
        whose = (accounts.c.issuer == encode_text(issuer)) & (accounts.c.subject == encode_text(subject))
        return next(iter(self._read(Account, select(accounts).where(whose))), None)

    def waiting(self, most: int) -> list[Account]:
        """Whom an issuer vouches for and nobody has let in yet, the first who came first."""
        found = select(accounts).where(accounts.c.sealed.startswith("waits$")).order_by(accounts.c.at)
        return self._read(Account, found.limit(most))

    def find_pass(self, digest: str) -> StoredPass | None:
        return next(iter(self._read(StoredPass, _PASS, digest=digest)), None)

    def passes(self, person: str, now: str) -> list[StoredPass]:
        """Those that are not over `now`, the newest first."""
        found = select(passes).where(passes.c.person == person, passes.c.until > now)
        return self._read(StoredPass, found.order_by(passes.c.begun.desc(), passes.c.digest))

    def tries(self, name: int) -> Tries:
        """How often somebody failed with this name."""
        found = self._read(Tries, select(tries).where(tries.c.name == name))
        return found[0] if found else Tries(name=name)

    def unwanted_letters(self) -> set[tuple[str, str]]:
        """Who wants no letters of what."""
        with self._database.reading() as connection:
            return {(row.person, row.occasion) for row in connection.execute(select(unwanted_letters))}

    def opened_at(self, person: str, shown: str) -> str:
        """When `person` first saw this; empty where that was not noted."""
        its = (opened_cases.c.person == person, opened_cases.c.shown == shown)
        with self._database.reading() as connection:
            return str(connection.scalar(select(opened_cases.c.at).where(*its)) or "")

    def change(self, *changes: Change) -> None:
        with self._database.writing() as connection:
            for change in changes:
                change(connection)

    def _read(self, kind: Any, found: Any, **where: str) -> list[Any]:
        """Rows, whatever somebody may have put into them."""
        with self._database.reading() as connection:
            rows = connection.execute(found, where).mappings().all()
        return [kind(**{name: _value(value) for name, value in row.items()}) for row in rows]


def put(account: Account) -> Change:
    """`account`, in the place of what there is of this person."""
    return lambda connection: _put(connection, accounts, account, person=account.person)


def add(given: StoredPass, otherwise: str = "") -> Change:
    """A pass; those that are over are forgotten. Raises `UsageError` with what is to be said `otherwise`, where there is one like it."""

    def change(connection: Connection) -> None:
        connection.execute(delete(passes).where(passes.c.until <= given.begun))
        if connection.execute(select(passes.c.digest).where(passes.c.digest == given.digest)).first() is not None:
            raise UsageError(otherwise)
        _put(connection, passes, given, digest=given.digest)

    return change


def take(digest: str, person: str, otherwise: str) -> Change:
    """Ends a pass of `person`, once. Raises `NotAllowed` with what is to be said `otherwise`, where there is none any more."""

    def change(connection: Connection) -> None:
        gone = delete(passes).where(passes.c.digest == digest, passes.c.person == person)
        if connection.execute(gone).rowcount != 1:
            raise NotAllowed(otherwise)

    return change


def forget(seen: StoredPass) -> Change:
    """A pass that counts no more, as it was seen: one that came in its place stays."""
    its = (passes.c.digest == encode_text(seen.digest)) & (passes.c.sealed == encode_text(seen.sealed))

    def change(connection: Connection) -> None:
        connection.execute(delete(passes).where(its))

    return change


def end_all(person: str, *, but: str = "") -> Change:
    """Ends all passes of `person`, but the one with this digest."""

    def change(connection: Connection) -> None:
        connection.execute(delete(passes).where(passes.c.person == person, passes.c.digest != but))

    return change


def remove(person: str) -> Change:
    """Takes away how `person` signs in."""
    return lambda connection: _delete(connection, person, passes, accounts)


def erase(person: str) -> Change:
    """Leaves nothing of `person`."""
    return lambda connection: _delete(connection, person, passes, accounts, unwanted_letters, opened_cases)


def note_opened(person: str, shown: str, at: str) -> Change:
    """`person` saw this, unless they saw it before."""
    theirs = opened_cases.c.person == person
    oldest_kept = (
        select(opened_cases.c.at).where(theirs).order_by(opened_cases.c.at.desc()).offset(MOST_OPENED).limit(1)
    )

    def change(connection: Connection) -> None:
        if connection.execute(select(opened_cases.c.at).where(theirs, opened_cases.c.shown == shown)).first() is None:
            connection.execute(insert(opened_cases), {"person": person, "shown": shown, "at": at})
            forgotten = connection.scalar(oldest_kept) or ""
            connection.execute(delete(opened_cases).where(theirs, opened_cases.c.at <= forgotten))

    return change


def want_no_letters(person: str, occasions: Collection[str]) -> Change:
    """From now on `person` wants no letters of these `occasions`, and of all others."""
    rows = [{"person": person, "occasion": one} for one in occasions]

    def change(connection: Connection) -> None:
        _delete(connection, person, unwanted_letters)
        if rows:
            connection.execute(insert(unwanted_letters), rows)

    return change


def count(name: int, counted: Callable[[Tries], Tries]) -> Change:
    """Counts a try; `counted` says what those before it are with it, or raises where it comes too early."""

    def change(connection: Connection) -> None:
        row = connection.execute(select(tries).where(tries.c.name == name)).mappings().first()
        before = Tries(**{key: _value(value) for key, value in row.items()}) if row else Tries(name=name)
        _put(connection, tries, counted(before), name=name)

    return change


def forget_tries(name: int) -> Change:
    def change(connection: Connection) -> None:
        connection.execute(delete(tries).where(tries.c.name == name))

    return change


def _delete(connection: Connection, person: str, *tables: Table) -> None:
    for table in tables:
        connection.execute(delete(table).where(table.c.person == person))


def _put(connection: Connection, table: Table, row: Any, **where: Any) -> None:
    connection.execute(delete(table).where(*(table.c[name] == value for name, value in where.items())))
    written = {name: encode_text(value) if isinstance(value, str) else value for name, value in asdict(row).items()}
    connection.execute(insert(table), written)


def _value(value: Any) -> Any:
    return value if isinstance(value, bool | int) else decode_text(str(value))
