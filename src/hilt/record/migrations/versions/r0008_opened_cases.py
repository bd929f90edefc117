"""The table of when people first saw the evidence of a case. Going back forgets it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "opened_cases",
        Column("person", String(40), primary_key=True, nullable=False),
        Column("shown", String(64), primary_key=True, nullable=False),
        Column("at", String(40), nullable=False),
    )
    op.create_index("opened_cases_by_time", "opened_cases", ["person", "at"])


def downgrade() -> None:
    op.drop_table("opened_cases")
