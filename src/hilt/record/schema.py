"""The tables of the record. What is signed stands in `entries`; all else can be made from it, or is proven by a digest in it.

    entries              the truth: one row for each leaf of the log, in order
    tiles                hashes of the tree, derived from entries
    heads, cosignatures  signed checkpoints, and what witnesses signed of them
    documents, words     what entries name by digest: reports, verdicts, bundles; and what people said, which can be erased
    models ... keys      one row for one event, derived from entries: what verbs search

Derived rows are made by `projection.py` and by nothing else, so that replaying the log tells whether one was changed.
Times are UTC, ISO 8601; digests lower-case hex, hashes of the tree raw bytes. Texts from outside are written as `core/wire.py`
writes them, for no database stores lone surrogates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType

METADATA = MetaData()

_PLACE = BigInteger().with_variant(Integer, "sqlite")
"""A place in the log. SQLite keeps a table in the order of a column of this very type alone."""

BY_PEOPLE = text("person <> 'log'")
"""The log itself signs most entries, and nobody asks for those."""
NOT_ALONE = text("NOT alone")

entries = Table(
    "entries",
    METADATA,
    Column("place", _PLACE, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("person", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("leaf", LargeBinary(32), nullable=False, unique=True),
    Column("envelope", Text, nullable=False),
    Index("entries_by_subject", "subject", "place"),
    Index("entries_by_kind", "kind", "place", "person"),
    # Migrations say the same of PostgreSQL; to say it here would load its dialect wherever a record is opened (60 ms).
    Index("entries_by_person", "person", "place", "kind", sqlite_where=BY_PEOPLE),
)
"""`leaf` is the RFC 6962 hash of the leaf, `envelope` the DSSE envelope as JSON, `subject` empty where it is about no model."""

tiles = Table(
    "tiles",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", _PLACE, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
"""Tiles of C2SP's tlog-tiles: at the bottom full ones alone, above it those that grow as well."""

heads = Table(
    "heads",
    METADATA,
    Column("size", _PLACE, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
)
"""Signed checkpoints: the newest, and those that a witness has signed."""

cosignatures = Table(
    "cosignatures",
    METADATA,
    Column("size", _PLACE, primary_key=True, autoincrement=False),
    Column("witness", String(200), primary_key=True),
    Column("line", Text, nullable=False),
)
"""The signature line that a witness added to the checkpoint of this size."""

documents = Table(
    "documents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)
"""`packed` is zlib of the bytes whose SHA-256 is `digest`."""

words = Table(
    "words",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("salt", String(128), nullable=False),
    Column("text", Text, nullable=False),
)

models = Table(
    "models",
    METADATA,
    Column("subject", String(64), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("policy_digest", String(64), nullable=False),
    Column("evidence", String(64), nullable=False),
    Column("report", String(64), nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("asks", Text, nullable=False, server_default=""),
    Column("licences", Text, nullable=False, server_default=""),
    Column("openness", Integer, nullable=False, server_default="-1"),
    Column("before", Integer, nullable=False, server_default="-1"),
    Column("turned", _PLACE, nullable=False, server_default="-1"),
    Column("first", _PLACE, nullable=False),
    Column("place", _PLACE, nullable=False),
    Column("at", String(40), nullable=False),
    Index("models_by_reference", "reference", "place"),
    Index("models_by_place", "place", "reference", "outcome", "licences", "openness"),
    Index("models_by_traits", "licences", "openness", "outcome"),
    Index("models_by_turn", "turned"),
    Index("models_not_alone", "subject", sqlite_where=NOT_ALONE),
)
"""The newest verdict of each subject. `first` and `place` are where its first and its newest verdict stand in the log; `alone` is
true where one person who may answer its questions may answer them all, so that a yes leaves nothing open. `asks` are the roles
that its questions name, ` legal security `, empty where it has none. `turned` is the place of the last verdict that said something
else than the one before it, which said `before`; both are -1 where none did.

`licences` and `openness` are what its report says (`record/traits.py`): they are made from that document, not from the entry.

Whoever searches goes through an index that holds all that is searched, a tenth of the bytes of the rows, newest first.
"""

requests = Table(
    "requests",
    METADATA,
    Column("place", _PLACE, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False),
    Column("use", Text, nullable=False),
    Column("person", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("state", String(8), nullable=False, server_default="asked"),
    Column("answered_by", String(40), nullable=False, server_default=""),
    Column("until", String(10), nullable=False, server_default=""),
    Index("requests_by_subject", "subject", "place"),
    Index("requests_by_state", "state", "place", "until"),
    Index("requests_by_answer", "answered_by", "place"),
    Index("requests_by_person", "person", "subject"),
    Index("requests_by_use", "use", "subject"),
)
"""`state` is "asked", "answered" from a yes of another person (`answered_by`, up to `until`) to the next verdict, or "ended" by a no or a
withdrawal. What is answered may still be open: see `Registry.maybe_open`."""

decisions = Table(
    "decisions",
    METADATA,
    Column("place", _PLACE, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False),
    Column("use", Text, nullable=False),
    Column("say", String(12), nullable=False),
    Column("case", _PLACE, nullable=False),
    Column("exception", Boolean, nullable=False),
    Column("until", String(10), nullable=False),
    Column("person", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Index("decisions_by_subject", "subject", "place"),
    Index("decisions_by_case", "case", "place"),
    Index("decisions_by_exception", "exception", "place"),
    Index("decisions_by_say", "say", "subject", "until"),
    Index("decisions_by_until", "until", "place"),
    Index("decisions_by_use", "use", "subject"),
)
"""Decisions, exceptions and withdrawals; `say` is "yes", "no" or "withdrawn"."""

remarks = Table(
    "remarks",
    METADATA,
    Column("place", _PLACE, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False),
    Column("case", _PLACE, nullable=False),
    Column("says", String(8), nullable=False),
    Column("person", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Index("remarks_by_subject", "subject", "place"),
)
"""What was said of a case without deciding it. A history is held against these rows, so that whoever hides a remark in the table of
entries has to change this one as well."""

holdings = Table(
    "holdings",
    METADATA,
    Column("place", _PLACE, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False),
    Column("use", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("person", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("ended", _PLACE, nullable=False),
    Index("holdings_by_subject", "subject", "ended", "place"),
    Index("holdings_by_end", "ended", "place"),
    Index("holdings_by_person", "person", "ended", "subject"),
    Index("holdings_by_use", "use", "subject"),
)
"""`holder` is the digest of the words that tell who; `ended` the place of the entry that ended it, -1 while it lasts."""

people = Table(
    "people",
    METADATA,
    Column("person", String(40), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("contact", String(64), nullable=False),
    Column("roles", Text, nullable=False),
    Column("place", _PLACE, nullable=False),
)
"""`name` and `contact` are digests of words, `roles` are separated by blanks, as they are now."""

keys = Table(
    "keys",
    METADATA,
    Column("key", String(1000), primary_key=True),
    Column("person", String(40), nullable=False),
    Column("added", _PLACE, nullable=False),
    Column("revoked", _PLACE, nullable=False),
    Column("compromised", Boolean, nullable=False),
    Index("keys_by_person", "person"),
)
"""`revoked` is the place of the entry that revoked it, -1 while it counts."""

DERIVED = (models, requests, decisions, remarks, holdings, people, keys)
"""What the entries make."""


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """`values`, as many at a time as one statement takes."""
    left = iter(values)
    while part := list(islice(left, 10_000)):
        yield part


def has(column: Column[str], part: str, connection: Connection) -> ColumnElement[bool]:
    """Does the text hold `part`, letter for letter? LIKE would take twice as long."""
    position = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return position(column, part) > 0


@cache
def stored(table: Table, *columns: str) -> Select[Any]:
    """These columns of a table, or all, as the database has them: whoever changed a row may have put anything there."""
    chosen = [table.c[name] for name in columns] or list(table.c)
    raw: list[Any] = [type_coerce(column, NullType()).label(column.name) for column in chosen]
    return select(*raw)
