"""The tables of what is to be sent. They are no part of the record: what they tell of is in the log.

    outbox         one row for each notification and recipient
    outbox_seen    one row: how far the log, and up to which day the ends of decisions, have been looked at

Times are UTC, ISO 8601, to the second. No row holds an address or the name of anybody.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

outbox = Table(
    "outbox",
    METADATA,
    Column("key", String(100), primary_key=True),
    Column("recipient", String(40), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("occasion", String(20), nullable=False),
    Column("line", Text, nullable=False),
    Column("path", String(100), nullable=False),
    Column("at", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("letter", String(40), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Index("outbox_by_due", "state", "channel", "due", "at"),
    Index("outbox_by_recipient", "recipient", "state", "due"),
    Index("outbox_by_letter", "letter"),
)
"""`recipient` is a person, a holding (`holding-17`) or a webhook, by a digest of its address. `letter` is what it goes out in, with
others to the same recipient; empty until one is begun. `state` is "waiting", "sent", "given-up", "dropped" where a person gave it up, or "nobody" where
there was nobody to send it to; `due` is when a waiting one is to be tried, and until when nothing else follows one that was sent.
"""

outbox_seen = Table(
    "outbox_seen",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
)
