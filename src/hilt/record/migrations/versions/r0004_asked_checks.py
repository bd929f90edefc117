"""The table of checks that people asked a server for. Going back forgets them; the log has what they found."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Text

revision = "0004"
down_revision = "0003"


def _text(name: str, most: int = 0) -> Column[Any]:
    return Column(name, String(most) if most else Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "asked_checks",
        Column("number", Integer(), primary_key=True, autoincrement=False),
        _text("person", 40),
        _text("origin", 12),
        _text("name"),
        _text("upload", 80),
        _text("state", 12),
        _text("asked", 40),
        _text("begun", 40),
        _text("ended", 40),
        _text("server", 40),
        Column("beats", Integer(), nullable=False),
        Column("tries", Integer(), nullable=False),
        Column("stopping", Boolean(), nullable=False),
        *(Column(name, BigInteger(), nullable=False) for name in ("files", "all_files", "size", "all_size")),
        Column("outcome", Integer(), nullable=False),
        _text("subject", 64),
        Column("place", BigInteger(), nullable=False),
        _text("error"),
    )
    op.create_index("asked_checks_by_state", "asked_checks", ["state", "number"])
    op.create_index("asked_checks_by_person", "asked_checks", ["person", "state"])


def downgrade() -> None:
    op.drop_table("asked_checks")
