"""Adds entries to the log: one transaction for all that waits, a signed head at its end.

What several threads add while another writes goes into one transaction, and each of them learns of its places once that is on
the disk. Before anything is signed, the head in the database is read and verified under the lock of the writer: the edge of the
tree in memory only spares to read it again where nothing has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from hilt.core.errors import KeyUnusable, RecordDamaged, RecordError, RecordUnreachable
from hilt.core.events import LogKeyAdded
from hilt.record.ledger import heads, stored_tree
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.heads import Head, VerifiedHead
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.log_keys import next_key, signing
from hilt.record.ledger.merkle import Frontier, leaf_hash
from hilt.record.ledger.notes import sign_note
from hilt.record.ledger.watch import Watch

_ADD = (
    "INSERT INTO entries (place, kind, subject, person, at, leaf, envelope) VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0})"
)
_MARKS = {"qmark": "?", "pyformat": "%s"}
"""How drivers mark parameters. To have SQLAlchemy put a row together takes a third of the time of an addition."""
_TWICE = text("SELECT min(place) FROM entries WHERE leaf IN :leaves").bindparams(bindparam("leaves", expanding=True))


class EntryRow(NamedTuple):
    """What is searched of an entry: its kind, its subject (or none), who signed it, and when."""

    kind: str
    subject: str
    person: str
    at: str


Alongside = Callable[[Connection, int], None]
"""Writes in the same transaction what follows from the entries, the first of which stands at this place."""


def nothing(connection: Connection, first: int) -> None:
    """Nothing follows."""


class _Addition:
    """What one caller adds, and what became of it: its first place, or why it failed."""

    def __init__(self, envelopes: Sequence[Envelope], rows: Sequence[EntryRow], alongside: Alongside) -> None:
        if len(envelopes) != len(rows) or not rows:
            raise ValueError(f"{len(envelopes)} envelopes and {len(rows)} rows: each envelope needs a row")
        self.brings_key = any(row.kind == LogKeyAdded.kind for row in rows)
        if self.brings_key and len(rows) > 1:
            raise ValueError("a new key of the log is added by itself, for the old one signs that it is there")
        self.envelopes, self.alongside = envelopes, alongside
        self.leaves = [leaf_hash(leaf(one)) for one in envelopes]
        self._rows = [(*row, hashed, one.text()) for one, row, hashed in zip(envelopes, rows, self.leaves, strict=True)]
        self.place: int | None = None
        self.error: Exception | None = None

    def rows(self, place: int) -> list[tuple[Any, ...]]:
        return [(place + number, *row) for number, row in enumerate(self._rows)]

    @property
    def waits(self) -> bool:
        return self.place is None and self.error is None


class Writer:
    """The writer of one process."""

    def __init__(self, watch: Watch, key: SigningKey) -> None:
        self._watch, self._key = watch, key
        self._edge: tuple[Head, Frontier] | None = None
        self._waiting: list[_Addition] = []
        self._queue, self._turn = threading.Lock(), threading.Lock()

    def append(self, envelopes: Sequence[Envelope], rows: Sequence[EntryRow], alongside: Alongside) -> range:
        addition = _Addition(envelopes, rows, alongside)
        with self._queue:
            self._waiting.append(addition)
        with self._turn:
            if addition.waits:
                self._write_waiting(addition)
        if addition.error is not None:
            raise addition.error
        first = addition.place or 0
        return range(first, first + len(rows))

    def _write_waiting(self, mine: _Addition) -> None:
        """Writes all that waits; where that fails, each in a transaction of its own, so that it fails by itself."""
        with self._queue:
            group, self._waiting = self._waiting, []
        if mine not in group:  # whoever took it was interrupted
            group.append(mine)
        if len(group) > 1 and not any(one.brings_key for one in group):
            try:
                self._write(group)
            except RecordUnreachable as error:  # maybe it was committed: to try again could only fail or do harm
                for one in group:
                    one.error = error
            except Exception:  # noqa: BLE001, S110 (it is raised again below, for the one to whom it belongs)
                pass
        for one in group:
            if one.waits:
                try:
                    self._write([one])
                except RecordUnreachable as error:
                    one.error = error
                except Exception as error:  # noqa: BLE001 (for the thread whose addition it is)
                    one.error = self._twice(one) or error

    def _write(self, group: Sequence[_Addition]) -> None:
        with ExitStack() as published, self._watch.database.writing() as connection:
            known = self._watch.newest(connection, *self._watch.before())
            edge = self._edge_of(connection, known.head)
            places = []
            for one in group:
                places.append(edge.size)
                connection.exec_driver_sql(_ADD.format(_MARKS[connection.dialect.paramstyle]), one.rows(edge.size))
                one.alongside(connection, edge.size)
                edge.append(one.leaves)
            stored_tree.grow(connection, known.head.size, [hashed for one in group for hashed in one.leaves])
            signed = self._signed(known, edge, group[0])
            heads.replace(connection, known.head, signed.head)
            if self._watch.kept:
                published.enter_context(self._watch.kept.published(signed.head.note))
        self._edge = (signed.head, edge)
        self._watch.committed(signed)
        for one, place in zip(group, places, strict=True):
            one.place = place

    def _edge_of(self, connection: Connection, head: Head) -> Frontier:
        """The right edge of the tree that `head` signs."""
        if self._edge is not None and self._edge[0] == head:
            return self._edge[1].copy()
        edge = Frontier.at(head.size, stored_tree.reading(connection, head.size))
        if edge.root() != head.root:
            raise RecordDamaged("the tree", "it does not lead to the root that is signed; `hilt log verify` says why")
        return edge

    def _signed(self, known: VerifiedHead, edge: Frontier, first: _Addition) -> VerifiedHead:
        keys, place = known.keys, known.head.size
        if first.brings_key or not place:
            keys = next_key(keys, place, first.envelopes[0])
        verifier = signing(keys, edge.size)
        if verifier.key != self._key.public:
            raise KeyUnusable(
                f"the log {verifier.name!r} signs with the key {verifier.text}, and another one was given: nothing was recorded. "
                "After `hilt log rotate-key`, a server that ran already is started anew"
            )
        root = edge.root()
        note = sign_note(Checkpoint(verifier.name, edge.size, root).text, verifier.name, self._key)
        return VerifiedHead(Head(edge.size, root, note), keys, (edge.size, root, note, edge.size - 1, keys[-1].place))

    def _twice(self, addition: _Addition) -> RecordError | None:
        """That an entry is in the log already; None where it is not that."""
        with self._watch.database.reading() as connection:
            place = connection.execute(_TWICE, {"leaves": addition.leaves}).scalar()
        if place is None and len(set(addition.leaves)) == len(addition.leaves):
            return None
        where = "among those that were to be added" if place is None else f"in the log, at place {place}"
        return RecordError(f"an entry is there already, {where}; nothing was added")
