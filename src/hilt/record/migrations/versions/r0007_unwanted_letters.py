"""The table of what people want no letters of. Going back, everybody gets all letters again."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "unwanted_letters",
        Column("person", String(40), primary_key=True, nullable=False),
        Column("occasion", String(20), primary_key=True, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("unwanted_letters")
