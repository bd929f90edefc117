"""The table of remarks, which histories are held against. Going back loses nothing that the log has.

`migrations.upgrade` fills it for older records, in whose logs there may be remarks already.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    place = BigInteger().with_variant(Integer(), "sqlite")
    op.create_table(
        "remarks",
        Column("place", place, primary_key=True, autoincrement=False),
        Column("subject", String(64), nullable=False),
        Column("case", place, nullable=False),
        Column("says", String(8), nullable=False),
        Column("person", String(40), nullable=False),
        Column("at", String(40), nullable=False),
    )
    op.create_index("remarks_by_subject", "remarks", ["subject", "place"])


def downgrade() -> None:
    op.drop_table("remarks")
