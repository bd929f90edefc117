"""A backup of a record: all that nothing else can be made from, in one file for every database.

    ["hilt backup", 1, LOG, SIZE]         what it is of
    ["entry", ENVELOPE]                   each entry of the log in order
    ["checkpoint", NOTE]                  signed checkpoints
    ["signature", SIZE, WITNESS, LINE]    what witnesses have signed of them
    ["document", DIGEST, BASE64]          reports, verdicts and bundles, as they are stored
    ["words", DIGEST, SALT, TEXT]         what people said and who they are
    ["account", PERSON, ...]              how somebody signs in at a server, with a private key that is sealed; no session
    ["unwanted letter", PERSON, OCCASION] of what somebody wants no letters

The tree and all rows that verbs search are made anew from the entries, so that a backup of SQLite can be put back into PostgreSQL.
Everything is verified before it is written, and again before it is put back: in one transaction, all of it or nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select

from hilt.core.errors import FormatError, ProofInvalid, RecordBehind, RecordDamaged, RecordError, ReportInvalid
from hilt.core.progress import Progress, Silent
from hilt.core.record import Saved
from hilt.record import projection, schema, traits
from hilt.record.accounts import tables as account_tables
from hilt.record.accounts.tables import accounts, unwanted_letters
from hilt.record.backups import json_lines
from hilt.record.database import Database
from hilt.record.documents import unpack, whole
from hilt.record.ledger import heads, stored_tree
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.damage import entries as named
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.exact_base64 import decode, encode
from hilt.record.ledger.heads import VerifiedHead
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import LARGEST, leaf_hash
from hilt.record.ledger.notes import read_note
from hilt.record.ledger.verify import verify
from hilt.record.past import LEARNT
from hilt.record.projection import Change, Entry
from hilt.record.replay import replayed
from hilt.record.signers import Signers
from hilt.record.statements import read
from hilt.record.words import checked

_VERSION = 1
_AT_ONCE = 500
_MOST_TOLD = 5


def back_up(database: Database, path: Path, progress: Progress) -> Saved:
    """Writes the backup. Raises `RecordDamaged` where something is not as it was signed, `OSError`."""
    with database.reading() as connection:
        known = heads.newest(connection, None)
        _refuse_damage(connection, known, progress)
        count: Counter[str] = Counter()
        with json_lines.written(path) as write:
            write(["hilt backup", _VERSION, _name(known), known.head.size])
            for line in _lines(connection):
                write(line)
                count[line[0]] += 1
        return _saved(known, count)


def restore(path: Path, database: Database, held: Mapping[str, str], progress: Progress) -> Saved:
    """Puts the backup into a database without a record. `held` are checkpoints that were kept elsewhere, or empty.

    Raises `FormatError` where the file is damaged, `RecordDamaged` where something is not as it was signed, `RecordBehind` where
    the log had gone further, `RecordError` where there is a record already, `OSError`.
    """
    database.create_tables()
    with database.writing() as connection:
        all_tables = [*schema.METADATA.sorted_tables, *account_tables.METADATA.sorted_tables]
        if any(connection.execute(select(table).limit(1)).first() for table in all_tables):
            raise RecordError(f"{database.name}: there is a record here already, and nothing is written over it")
        filling = _Filling(connection, progress)
        for number, line in enumerate(json_lines.read(path), 1):
            try:
                filling.take(line)
            except (FormatError, ProofInvalid, RecordDamaged, ReportInvalid) as error:
                raise FormatError(f"line {number}: {error}") from None
        filling.flush()
        traits.fill(connection, partial(whole, connection))
        known = heads.newest(connection, None)
        for what, note in held.items():
            _refuse_behind(connection, known, what, note)
        _refuse_damage(connection, known, progress)
        return _saved(known, filling.count)


def _lines(connection: Connection) -> Iterator[list[Any]]:
    for row in _rows(connection, schema.entries):
        yield ["entry", json.loads(row.envelope)]
    for row in _rows(connection, schema.heads):
        yield ["checkpoint", row.note]
    for row in _rows(connection, schema.cosignatures):
        yield ["signature", row.size, row.witness, row.line]
    for row in _rows(connection, schema.documents):
        yield ["document", row.digest, encode(row.packed)]
    for row in _rows(connection, schema.words):
        yield ["words", row.digest, row.salt, row.text]
    for row in _rows(connection, accounts):
        if row.sealed.startswith(
            ("password$", "secret$")
        ):  # whoever waits, or was invited and did not come, begins anew
            yield ["account", *row]
    for row in _rows(connection, unwanted_letters):
        yield ["unwanted letter", *row]


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    in_order = select(table).order_by(*table.primary_key)
    yield from connection.execute(in_order.execution_options(yield_per=_AT_ONCE))


class _Filling:
    """Writes into an empty database what the lines of a backup say, and what follows from them."""

    def __init__(self, connection: Connection, progress: Progress) -> None:
        self.count: Counter[str] = Counter()
        self._connection, self._progress = connection, progress
        self._signers = Signers("")
        self._entries: list[dict[str, Any]] = []
        self._changes: list[Change] = []

    def take(self, line: list[Any]) -> None:
        if (line[0] == "hilt backup") != (not self.count):
            raise FormatError("a backup begins with what it is of, and says so once")
        match line:
            case ["hilt backup", version, str(log), int(size)]:
                if version != _VERSION:
                    raise FormatError(f"a backup of version {version!r:.20}, and this hilt reads version {_VERSION}")
                self._signers = Signers(log)
                self._progress.start(files=size, size=0)
            case ["entry", envelope]:
                self._entry(Envelope.of_json(envelope))
            case ["checkpoint", str(note)]:
                told = Checkpoint.read(read_note(note).text)
                self._add(schema.heads, size=told.size, root=told.root, note=note)
            case ["signature", int(size), str(witness), str(signature)] if 0 < size <= LARGEST:
                self._add(schema.cosignatures, size=size, witness=witness, line=signature)
            case ["document", str(digest), str(packed)]:
                unpack(digest, decode(packed))
                self._add(schema.documents, digest=digest, packed=decode(packed))
            case ["words", str(digest), str(salt), str(said)]:
                checked(digest, salt, said)
                self._add(schema.words, digest=digest, salt=salt, text=said)
            case ["account", *told] if len(told) == len(accounts.c) and all(isinstance(one, str) for one in told):
                self._add(accounts, **dict(zip(accounts.c.keys(), told, strict=True)))
            case ["unwanted letter", str(person), str(occasion)]:
                self._add(unwanted_letters, person=person, occasion=occasion)
            case _:
                raise FormatError("not one that hilt writes into a backup")
        self.count[line[0]] += 1

    def flush(self) -> None:
        """Writes the entries that were taken since the last time, and the rows that they make."""
        if self._entries:
            self._connection.execute(insert(schema.entries), self._entries)
            leaves = [row["leaf"] for row in self._entries]
            stored_tree.grow(self._connection, self._entries[0]["place"], leaves)
            projection.apply(self._connection, self._changes)
            self._progress.advance(files=len(self._entries))
        self._entries, self._changes = [], []

    def _entry(self, envelope: Envelope) -> None:
        place, signers = self.count["entry"], self._signers
        event, at, _ = read(envelope.payload)
        key = envelope.key.text
        learnt = event.kind in LEARNT
        refused = signers.add(event, key, place, at) if learnt else signers.why_not(event, key, place)
        by = signers.by(key, place)
        self._entries.append({
            "place": place, "kind": event.kind, "subject": getattr(event, "subject", ""), "person": by, "at": at,
            "leaf": leaf_hash(leaf(envelope)), "envelope": envelope.text(),
        })  # fmt: skip
        if not refused:
            self._changes += projection.changes(Entry(place, at, by, event))
        if len(self._entries) == _AT_ONCE:
            self.flush()

    def _add(self, table: Table, **row: Any) -> None:
        self._connection.execute(insert(table), row)


def _refuse_behind(connection: Connection, known: VerifiedHead, what: str, note: str) -> None:
    """Raises `RecordBehind` where the log had gone further than the backup, or another way."""
    if not note:
        return
    told = heads.kept_checkpoint(note, known, what)
    size = known.head.size
    if told.size > size:
        raise RecordBehind(
            f"the backup ends after {size} entries, and {what} signs {told.size}: {named(size, told.size - 1)} would be missing. "
            "Put back a newer backup. If there is none, `hilt restore --origin NAME` begins a new log: to go on with this one "
            "would make two logs of one name, and whoever saw both would trust neither"
        )
    heads.grew(connection, known, told.size, told.root, what)


def _refuse_damage(connection: Connection, known: VerifiedHead, progress: Progress) -> None:
    """Raises `RecordDamaged` unless everything is as it was signed."""
    found = chain(verify(connection, {}, progress, signatures=True), replayed(connection, _name(known), Silent()))
    if damage := list(islice(found, _MOST_TOLD)):
        told = "; ".join(f"{one.what}: {one.why}" for one in damage[1:])
        raise RecordDamaged(damage[0].what, damage[0].why + (f"; {told}" if told else ""))


def _name(known: VerifiedHead) -> str:
    return known.keys[-1].verifier.name if known.keys else ""


def _saved(known: VerifiedHead, count: Counter[str]) -> Saved:
    return Saved(_name(known), known.head.size, known.head.note, count["document"], count["words"])
