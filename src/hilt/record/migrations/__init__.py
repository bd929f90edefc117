"""The versions of the tables, and how a database gets from one to the next.

A change of `record/schema.py`, or of a `tables.py` below `record/`, takes a new file in `versions/`, whose `revision` is the next
number and whose `down_revision` is the one before, and its line in `REVISIONS`. What is in a revision never changes again: databases
were made with it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Every version, the newest last. A database says in the table `alembic_version` which one it has."""
MADE_OTHERWISE = "0006"
"""The last version that has other rows than the one before it: those of older tables are made anew from the log."""


def revision(connection: Connection) -> str:
    """The version of the tables, empty where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def upgrade(connection: Connection) -> None:
    """Brings the tables to the newest version, or makes them."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    before = revision(connection)
    command.upgrade(config, "head")
    if "" < before < MADE_OTHERWISE:
        from hilt.record.replay import make_anew

        make_anew(connection)
