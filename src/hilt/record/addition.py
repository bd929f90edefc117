"""What is added to the record beside the entries of the log, in the same transaction: rows, documents and words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.events import Erased, Event, HoldingEnded
from hilt.record import documents, projection, words
from hilt.record.accounts.store import Change
from hilt.record.past import LEARNT, Past
from hilt.record.projection import Entry
from hilt.record.schema import holdings
from hilt.record.signers import Signers
from hilt.record.statements import Statement
from hilt.record.traits import report_of, traits_of

_LAST = (
    "this is the last key with the role admin, and without it nobody can be added, changed or erased any more; give another person "
    "that role, or this one another key, before; nothing was recorded"
)


class Addition:
    """Statements that the person `by` has signed with `key`, the documents that they name, and what changes in `accounts`."""

    def __init__(
        self,
        past: Past,
        said: Sequence[Statement],
        key: str,
        by: str,
        given: Sequence[bytes],
        accounts: Sequence[Change] = (),
    ) -> None:
        self._past, self._said, self._key, self._by, self._accounts = past, said, key, by, accounts
        self._packed = {documents.digest_of(one): documents.pack(one) for one in given}
        self._named = {digest for one in said for digest in documents.named(one.event)}
        reports = {report_of(one.event) for one in said}
        self._traits = {digest: traits_of(one) for one in given if (digest := documents.digest_of(one)) in reports}
        self._elsewhere = reports - self._traits.keys() - {""}
        if foreign := self._packed.keys() - self._named:
            raise ValueError(f"no event names the document {min(foreign)}")

    def write(self, connection: Connection, first: int) -> None:
        """Writes what follows from the entries, the first of which stands at `first`. Raises `NotAllowed`, `UsageError`."""
        entries = [Entry(first + more, one.at, self._by, one.event) for more, one in enumerate(self._said)]
        signers = self._checked(connection, entries)
        elsewhere = documents.whole(connection, self._elsewhere)
        traits = self._traits | {digest: traits_of(one) for digest, one in elsewhere.items()}
        projection.apply(connection, [change for entry in entries for change in projection.changes(entry, traits)])
        missing = self._named - documents.present(connection, self._named)
        if absent := missing - self._packed.keys():
            raise ValueError(f"the document {min(absent)} is named, and was never given")
        documents.keep(connection, {digest: self._packed[digest] for digest in missing})
        spoken = [said for entry in entries for said in words.in_event(entry.event)]
        words.keep(connection, [said for said in spoken if said.digest not in signers.erased])
        words.erase(connection, [digest for entry in entries for digest in _erased(entry.event)])
        for change in self._accounts:
            change(connection)

    def _checked(self, connection: Connection, entries: Sequence[Entry]) -> Signers:
        """Now that nobody else adds: may whoever has the key say this still? Who may sign after it."""
        before = signers = self._past.signers_for(connection, entries[0].place)
        if any(entry.event.kind in LEARNT for entry in entries):
            signers = before.copy()
        for entry in entries:
            if entry.event.kind in LEARNT:
                why = signers.add(entry.event, self._key, entry.place, entry.at)
            else:
                why = signers.why_not(entry.event, self._key, entry.place)
            if why:
                raise NotAllowed(f"{why}; nothing was recorded")
            if isinstance(entry.event, HoldingEnded):
                _check_lasts(connection, entry.event)
        if signers is not before and before.has_administrator() and not signers.has_administrator():
            raise NotAllowed(_LAST)
        return signers


def _check_lasts(connection: Connection, event: HoldingEnded) -> None:
    held = select(holdings.c.ended).where(holdings.c.place == event.holding, holdings.c.subject == event.subject)
    if connection.scalar(held) != -1:
        raise UsageError(f"entry {event.holding} is no holding of this model that lasts; `hilt hold list` tells them")


def _erased(event: Event) -> tuple[str, ...]:
    return event.words if isinstance(event, Erased) else ()
