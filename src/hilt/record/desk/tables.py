"""The table of checks that people asked a server for. It is no part of the record: what a check found is in the log, and this row
is how to get there.

Times are UTC, ISO 8601, to the second. Texts from outside are written as `core/wire.py` writes them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

asked_checks = Table(
    "asked_checks",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("origin", String(12), nullable=False),
    Column("name", Text, nullable=False),
    Column("upload", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("asked", String(40), nullable=False),
    Column("begun", String(40), nullable=False),
    Column("ended", String(40), nullable=False),
    Column("server", String(40), nullable=False),
    Column("beats", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("stopping", Boolean, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("all_files", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("all_size", BigInteger, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Index("asked_checks_by_state", "state", "number"),
    Index("asked_checks_by_person", "person", "state"),
)
"""`server` runs it and counts `beats` up while it lives; `tries` is how often it was begun. `upload` is where uploaded bytes wait.
`stopping` is true once somebody wants it to end. `outcome` and `place` are those of the verdict in the log, -1 where there is none.
"""
