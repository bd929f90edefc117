"""The tables of accounts and passes. Going back leaves nobody an account; the log does not change."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import Boolean, Column, Integer, String, Text

revision = "0002"
down_revision = "0001"


def _text(name: str, most: int = 0, *, key: bool = False) -> Column[Any]:
    return Column(name, String(most) if most else Text(), primary_key=key, nullable=False)


def upgrade() -> None:
    op.create_table(
        "accounts",
        _text("person", 40, key=True),
        _text("issuer", 300),
        _text("subject", 300),
        _text("name"),
        _text("contact"),
        _text("key", 1000),
        _text("sealed"),
        _text("at", 40),
    )
    op.create_index("accounts_by_subject", "accounts", ["issuer", "subject"], unique=True)
    op.create_table(
        "passes",
        _text("digest", 64, key=True),
        _text("person", 40),
        _text("kind", 12),
        _text("label"),
        _text("begun", 40),
        _text("until", 40),
        Column("only_reads", Boolean(), nullable=False),
        _text("key", 1000),
        _text("sealed"),
    )
    op.create_index("passes_by_person", "passes", ["person", "begun"])
    op.create_index("passes_by_end", "passes", ["until"])
    op.create_table(
        "tries",
        Column("name", Integer(), primary_key=True, autoincrement=False),
        Column("failures", Integer(), nullable=False),
        _text("until", 40),
    )


def downgrade() -> None:
    for table in ("tries", "passes", "accounts"):
        op.drop_table(table)
