"""Columns that models are searched by, what became of requests, and indexes for both. Going back loses nothing that the log has.

`migrations.upgrade` fills the columns of older records: what stands in them is made from the log.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text, text

revision = "0003"
down_revision = "0002"

_COLUMNS: tuple[tuple[str, str, Any, str], ...] = (
    ("models", "asks", Text(), ""),
    ("models", "licences", Text(), ""),
    ("models", "openness", Integer(), "-1"),
    ("models", "before", Integer(), "-1"),
    ("models", "turned", BigInteger().with_variant(Integer(), "sqlite"), "-1"),
    ("requests", "state", String(8), "asked"),
    ("requests", "answered_by", String(40), ""),
    ("requests", "until", String(10), ""),
)
_BY_PEOPLE = {"sqlite_where": text("person <> 'log'"), "postgresql_where": text("person <> 'log'")}
_NOT_ALONE = {"sqlite_where": text("NOT alone"), "postgresql_where": text("NOT alone")}
_NEW: tuple[tuple[str, str, list[str], dict[str, Any]], ...] = (
    ("entries_by_kind", "entries", ["kind", "place", "person"], {}),
    ("entries_by_person", "entries", ["person", "place", "kind"], _BY_PEOPLE),
    ("models_by_place", "models", ["place", "reference", "outcome", "licences", "openness"], {}),
    ("models_by_traits", "models", ["licences", "openness", "outcome"], {}),
    ("models_by_turn", "models", ["turned"], {}),
    ("models_not_alone", "models", ["subject"], _NOT_ALONE),
    ("requests_by_state", "requests", ["state", "place", "until"], {}),
    ("requests_by_answer", "requests", ["answered_by", "place"], {}),
    ("requests_by_person", "requests", ["person", "subject"], {}),
    ("requests_by_use", "requests", ["use", "subject"], {}),
    ("decisions_by_say", "decisions", ["say", "subject", "until"], {}),
    ("decisions_by_use", "decisions", ["use", "subject"], {}),
    ("holdings_by_person", "holdings", ["person", "ended", "subject"], {}),
    ("holdings_by_use", "holdings", ["use", "subject"], {}),
)
_OLD: tuple[tuple[str, str, list[str], dict[str, Any]], ...] = (
    ("entries_by_kind", "entries", ["kind", "place"], {}),
    ("entries_by_person", "entries", ["person", "place"], _BY_PEOPLE),
    ("decisions_by_say", "decisions", ["say", "subject"], {}),
    ("models_by_outcome", "models", ["outcome", "place", "reference"], {}),
    ("models_by_place", "models", ["place", "reference"], {}),
)


def upgrade() -> None:
    for name, table, _, _ in _OLD:
        op.drop_index(name, table)
    for table, name, kind, default in _COLUMNS:
        op.add_column(table, Column(name, kind, nullable=False, server_default=default))
    for name, table, named, where in _NEW:
        op.create_index(name, table, named, **where)


def downgrade() -> None:
    for name, table, _, _ in _NEW:
        op.drop_index(name, table)
    for table, name, _, _ in _COLUMNS:
        op.drop_column(table, name)
    for name, table, named, where in _OLD:
        op.create_index(name, table, named, **where)
