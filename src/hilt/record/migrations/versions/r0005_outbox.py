"""The tables of what is to be sent to people and programs outside. Going back forgets what was not sent yet."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text

revision = "0005"
down_revision = "0004"


def _text(name: str, most: int = 0, *, key: bool = False) -> Column[Any]:
    return Column(name, String(most) if most else Text(), nullable=False, primary_key=key)


def upgrade() -> None:
    op.create_table(
        "outbox",
        _text("key", 100, key=True),
        _text("recipient", 40, key=True),
        _text("channel", 8),
        _text("occasion", 20),
        _text("line"),
        _text("path", 100),
        _text("at", 40),
        _text("state", 10),
        _text("letter", 40),
        Column("tries", Integer(), nullable=False),
        _text("due", 40),
        _text("why"),
    )
    op.create_index("outbox_by_due", "outbox", ["state", "channel", "due", "at"])
    op.create_index("outbox_by_recipient", "outbox", ["recipient", "state", "due"])
    op.create_index("outbox_by_letter", "outbox", ["letter"])
    op.create_table(
        "outbox_seen",
        Column("number", Integer(), primary_key=True, autoincrement=False),
        Column("place", BigInteger(), nullable=False),
        _text("day", 10),
    )


def downgrade() -> None:
    op.drop_table("outbox_seen")
    op.drop_table("outbox")
