"""The tables as they were first.

There is nothing before them: going back would throw the record away, and is refused.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Text, UniqueConstraint, text

revision = "0001"
down_revision = None


def _place(name: str, *, key: bool = False) -> Column[Any]:
    whole = BigInteger().with_variant(Integer(), "sqlite")
    return Column(name, whole, primary_key=key, autoincrement=False, nullable=False)


def _digest(name: str, *, key: bool = False) -> Column[Any]:
    return Column(name, String(64), primary_key=key, nullable=False)


def _text(name: str, most: int = 0) -> Column[Any]:
    return Column(name, String(most) if most else Text(), nullable=False)


def _log() -> None:
    op.create_table(
        "entries",
        _place("place", key=True),
        _text("kind", 20),
        _digest("subject"),
        _text("person", 40),
        _text("at", 40),
        Column("leaf", LargeBinary(32), nullable=False),
        _text("envelope"),
        UniqueConstraint("leaf"),
    )
    op.create_index("entries_by_kind", "entries", ["kind", "place"])
    op.create_index(
        "entries_by_person",
        "entries",
        ["person", "place"],
        sqlite_where=text("person <> 'log'"),
        postgresql_where=text("person <> 'log'"),
    )
    op.create_index("entries_by_subject", "entries", ["subject", "place"])
    op.create_table(
        "tiles",
        Column("level", Integer(), primary_key=True, autoincrement=False),
        _place("number", key=True),
        Column("hashes", LargeBinary(), nullable=False),
    )
    op.create_table(
        "heads",
        _place("size", key=True),
        Column("root", LargeBinary(32), nullable=False),
        _text("note"),
    )
    op.create_table(
        "cosignatures",
        _place("size", key=True),
        Column("witness", String(200), primary_key=True),
        _text("line"),
    )


def _kept() -> None:
    op.create_table(
        "documents",
        _digest("digest", key=True),
        Column("packed", LargeBinary(), nullable=False),
    )
    op.create_table(
        "words",
        _digest("digest", key=True),
        _text("salt", 128),
        _text("text"),
    )


def _models_and_decisions() -> None:
    op.create_table(
        "models",
        _digest("subject", key=True),
        _text("reference"),
        _text("revision"),
        Column("outcome", Integer(), nullable=False),
        _digest("policy_digest"),
        _digest("evidence"),
        _digest("report"),
        Column("claimed", Boolean(), nullable=False),
        Column("alone", Boolean(), nullable=False),
        _place("first"),
        _place("place"),
        _text("at", 40),
    )
    op.create_index("models_by_outcome", "models", ["outcome", "place", "reference"])
    op.create_index("models_by_place", "models", ["place", "reference"])
    op.create_index("models_by_reference", "models", ["reference", "place"])
    op.create_table(
        "requests",
        _place("place", key=True),
        _digest("subject"),
        _text("use"),
        _text("person", 40),
        _text("at", 40),
    )
    op.create_index("requests_by_subject", "requests", ["subject", "place"])
    op.create_table(
        "decisions",
        _place("place", key=True),
        _digest("subject"),
        _text("use"),
        _text("say", 12),
        _place("case"),
        Column("exception", Boolean(), nullable=False),
        _text("until", 10),
        _text("person", 40),
        _text("at", 40),
    )
    op.create_index("decisions_by_case", "decisions", ["case", "place"])
    op.create_index("decisions_by_exception", "decisions", ["exception", "place"])
    op.create_index("decisions_by_say", "decisions", ["say", "subject"])
    op.create_index("decisions_by_subject", "decisions", ["subject", "place"])
    op.create_index("decisions_by_until", "decisions", ["until", "place"])


def _holdings_and_people() -> None:
    op.create_table(
        "holdings",
        _place("place", key=True),
        _digest("subject"),
        _text("use"),
        _text("where"),
        _digest("holder"),
        _text("person", 40),
        _text("at", 40),
        _place("ended"),
    )
    op.create_index("holdings_by_end", "holdings", ["ended", "place"])
    op.create_index("holdings_by_subject", "holdings", ["subject", "ended", "place"])
    op.create_table(
        "people",
        Column("person", String(40), primary_key=True),
        _digest("name"),
        _digest("contact"),
        _text("roles"),
        _place("place"),
    )
    op.create_table(
        "keys",
        Column("key", String(1000), primary_key=True),
        _text("person", 40),
        _place("added"),
        _place("revoked"),
        Column("compromised", Boolean(), nullable=False),
    )
    op.create_index("keys_by_person", "keys", ["person"])


def upgrade() -> None:
    _log()
    _kept()
    _models_and_decisions()
    _holdings_and_people()


def downgrade() -> None:
    raise NotImplementedError("before these tables there was no record")
