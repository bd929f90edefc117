"""What tokens of the library are for. Going back ends them: an older hilt would not know that they open nothing else."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Text, column, delete, false, table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("passes", Column("use", Text, nullable=False, server_default=""))
    op.add_column("passes", Column("names", Text, nullable=False, server_default=""))
    op.add_column("passes", Column("writes", Boolean, nullable=False, server_default=false()))


def downgrade() -> None:
    passes = table("passes", column("kind"))
    op.execute(delete(passes).where(passes.c.kind == "library"))
    for name in ("use", "names", "writes"):
        op.drop_column("passes", name)
