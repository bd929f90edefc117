"""Do the tables say what the log says? Every entry is replayed into fresh tables, which are then held against those that are there.

Whether the entries themselves are those that were signed, `ledger/verify.py` tells. Memory stays small however long the log is:
the fresh tables are in a database of their own, and both are read side by side in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, collate, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateTable

from hilt.core.errors import FormatError, RecordDamaged, ReportInvalid
from hilt.core.progress import Progress, Silent
from hilt.record import projection, schema
from hilt.record.database import Database, scratch
from hilt.record.documents import named, unpack, whole
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.envelopes import Envelope
from hilt.record.past import LEARNT, Said, why_not, wrong_columns
from hilt.record.projection import Entry
from hilt.record.rows import differences
from hilt.record.signers import Signers
from hilt.record.statements import read
from hilt.record.traits import fill
from hilt.record.words import checked, in_event

_AT_ONCE = 1000
_ENTRIES = (
    schema.stored(schema.entries, "place", "kind", "subject", "person", "at", "envelope")
    .order_by(schema.entries.c.place)
    .execution_options(yield_per=_AT_ONCE)
)


def _of_digests(name: str) -> Table:
    return Table(
        name, MetaData(), Column("digest", String, primary_key=True), Column("place", Integer), sqlite_with_rowid=False
    )


_DOCUMENTS, _WORDS = _of_digests("named_documents"), _of_digests("named_words")
"""Digests that entries name, and the first entry that does."""
_SAID = _of_digests("said")
"""What entries say and with which key they are signed, by its SHA-256, and the first entry that says it."""


def replay(database: Database, origin: str, progress: Progress) -> Iterator[Damage]:
    """Whatever the tables have otherwise than the entries of the log `origin`: rows, documents and words."""
    with database.reading() as connection:
        yield from replayed(connection, origin, progress)


def replayed(connection: Connection, origin: str, progress: Progress) -> Iterator[Damage]:
    """The same, at the moment that `connection` sees."""
    with _emptied() as fresh:
        signers = Signers(origin)
        yield from _entries(connection, fresh, signers, progress)
        for table in schema.DERIVED:
            for _, has, makes in _side_by_side(_rows(connection, table), _rows(fresh, table)):
                yield from (Damage(*found) for found in differences(table, has, makes))
        yield from _documents(connection, fresh)
        yield from _words(connection, fresh, signers.erased)


def make_anew(connection: Connection) -> None:
    """Makes all rows again that are made from the log, which tables of an older hilt have otherwise."""
    first = connection.scalar(select(schema.entries.c.envelope).where(schema.entries.c.place == 0))
    if first is None:
        return
    with _emptied() as fresh:
        origin = read(Envelope.read(first).payload).log
        for _ in _entries(connection, fresh, Signers(origin), Silent()):
            pass  # damage is for `hilt log verify` to tell
        for table in schema.DERIVED:
            connection.execute(table.delete())
            rows = fresh.execute(select(table)).mappings()
            while page := [dict(row) for row in islice(rows, _AT_ONCE)]:
                connection.execute(table.insert(), page)


@contextmanager
def _emptied() -> Iterator[Connection]:
    """A database with tables to replay into."""
    with scratch() as fresh:
        for table in (*schema.DERIVED, _DOCUMENTS, _WORDS, _SAID):
            fresh.execute(CreateTable(table))
        for index in schema.requests.indexes:
            index.create(fresh)
        yield fresh


def _entries(connection: Connection, fresh: Connection, signers: Signers, progress: Progress) -> Iterator[Damage]:
    """Writes what the entries make, and tells which of them do not count, or stand under another name."""
    rows = connection.execute(_ENTRIES).mappings()
    while page := [dict(row) for row in islice(rows, _AT_ONCE)]:
        counting: list[Entry] = []
        once: list[tuple[str, int]] = []
        for row in page:
            said = _said(row, signers.origin)
            if isinstance(said, Damage):
                yield said
                continue
            refused = signers.add(said.event, said.key, said.place, said.at) if said.event.kind in LEARNT else ""
            if refused := refused or why_not(said, signers):
                yield Damage(f"entry {said.place}", refused)
            else:
                counting.append(Entry(said.place, said.at, signers.by(said.key, said.place), said.event))
                once.append((_digest(said), said.place))
            yield from (Damage(f"entry {said.place}", wrong) for wrong in wrong_columns(said, signers))
        yield from _repeated(fresh, once)
        projection.apply(fresh, [change for entry in counting for change in projection.changes(entry)])
        _note(fresh, _DOCUMENTS, ((digest, one.place) for one in counting for digest in named(one.event)))
        _note(fresh, _WORDS, ((words.digest, one.place) for one in counting for words in in_event(one.event)))
        progress.advance(files=len(page))
    fill(fresh, partial(whole, connection))


def _said(row: dict[str, Any], origin: str) -> Said | Damage:
    try:
        envelope = Envelope.read(str(row["envelope"]))
        event, at, log = read(envelope.payload)
    except (FormatError, ReportInvalid) as error:
        return Damage(f"entry {row['place']}", f"what it says cannot be read: {error}")
    if log != origin:
        return Damage(f"entry {row['place']}", f"it was signed for the log {log[:100]!a}")
    return Said(row["place"], at, envelope.key.text, event, row)


def _digest(said: Said) -> str:
    payload, _, _ = str(said.row["envelope"]).partition(',"signatures":')
    return sha256(f"{said.key}{payload}".encode()).hexdigest()


def _repeated(fresh: Connection, found: Sequence[tuple[str, int]]) -> Iterator[Damage]:
    """Entries that say what was said before. Nobody signs a thing twice in a microsecond; of a signature others can make another one."""
    _note(fresh, _SAID, found)
    sought = _SAID.select().where(_SAID.c.digest.in_([digest for digest, _ in found]))
    first = {row.digest: row.place for row in fresh.execute(sought)}
    for digest, place in found:
        if first[digest] != place:
            yield Damage(f"entry {place}", f"it repeats entry {first[digest]}")


def _note(fresh: Connection, table: Table, found: Iterable[tuple[str, int]]) -> None:
    if rows := [{"digest": digest, "place": place} for digest, place in found]:
        fresh.execute(insert(table).on_conflict_do_nothing(), rows)


def _documents(connection: Connection, fresh: Connection) -> Iterator[Damage]:
    for digest, has, makes in _side_by_side(_rows(connection, schema.documents), _rows(fresh, _DOCUMENTS)):
        if has is None or makes is None:
            yield _one_sided(f"document {digest}", makes)
            continue
        try:
            unpack(digest, has["packed"])
        except RecordDamaged as error:
            yield Damage(error.what, error.why)


def _words(connection: Connection, fresh: Connection, erased: set[str]) -> Iterator[Damage]:
    for digest, has, makes in _side_by_side(_rows(connection, schema.words), _rows(fresh, _WORDS)):
        if digest in erased:
            if has is not None:
                yield Damage(f"words {digest}", "they were erased, and are there again")
        elif has is None or makes is None:
            yield _one_sided(f"words {digest}", makes)
        else:
            try:
                checked(digest, has["salt"], has["text"])
            except RecordDamaged as error:
                yield Damage(error.what, error.why)


def _one_sided(what: str, makes: Mapping[str, Any] | None) -> Damage:
    if makes is None:
        return Damage(what, "no entry names it")
    return Damage(what, f"missing, and entry {makes['place']} names it")


Rows = Iterator[tuple[Any, Mapping[str, Any]]]


def _rows(connection: Connection, table: Table) -> Rows:
    """The rows of a table with their keys, in the order of these, and as the database has them: anything may stand there."""
    (key,) = table.primary_key
    order = collate(key, "C") if connection.dialect.name == "postgresql" and isinstance(key.type, String) else key
    in_order = schema.stored(table).order_by(order).execution_options(yield_per=_AT_ONCE)
    return ((row[key.name], dict(row)) for row in connection.execute(in_order).mappings())


def _side_by_side(one: Rows, other: Rows) -> Iterator[tuple[Any, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Both rows of each key, None where there is none."""
    left, right = next(one, None), next(other, None)
    while left is not None or right is not None:
        before = right is None or (left is not None and _order(left[0]) < _order(right[0]))
        after = left is None or (right is not None and _order(right[0]) < _order(left[0]))
        key, has = left if left is not None and not after else (None, None)
        made_key, makes = right if right is not None and not before else (None, None)
        yield (key if has is not None else made_key), has, makes
        left = next(one, None) if has is not None else left
        right = next(other, None) if makes is not None else right


def _order(key: Any) -> tuple[int, Any]:
    """As SQLite sorts what may all stand in one column: nothing, numbers, texts, bytes."""
    if key is None:
        return 0, 0
    return (3 if isinstance(key, bytes) else 2 if isinstance(key, str) else 1), key
