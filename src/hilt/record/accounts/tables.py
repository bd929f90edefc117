"""The tables of accounts. They are no part of the record: nothing in the log tells of them, and nothing that is decided rests on them.

    accounts            whose private key is sealed how; and who came from elsewhere and waits to be let in
    passes              secrets that are out, each by its digest: sessions, tokens, invitations, tokens of the library; and keys of Ollamas
    tries               how often somebody failed to sign in lately
    unwanted_letters    of what somebody wants no letters
    opened_cases        when somebody first saw the evidence of a case

Whoever reads them cannot sign, for every private key is sealed with what is not here. Whoever changes them cannot either: a key
counts only where an administrator has signed for it, in the log. Times are UTC, ISO 8601, to the second.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, false

METADATA = MetaData()

accounts = Table(
    "accounts",
    METADATA,
    Column("person", String(40), primary_key=True),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("key", String(1000), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("accounts_by_subject", "issuer", "subject", unique=True),
)
"""`issuer` is who vouches for the person, empty for a password; then `subject` is the person. `name` and `contact` are what the
issuer says of somebody who waits, and empty of everybody else. `sealed` is empty as long as somebody was invited and did
not come, and no key but `waits$...` of somebody who waits; `key` is public.
"""

passes = Table(
    "passes",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("person", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("label", Text, nullable=False),
    Column("begun", String(40), nullable=False),
    Column("until", String(40), nullable=False),
    Column("only_reads", Boolean, nullable=False),
    Column("key", String(1000), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("use", Text, nullable=False, server_default=""),
    Column("names", Text, nullable=False, server_default=""),
    Column("writes", Boolean, nullable=False, server_default=false()),
    Index("passes_by_person", "person", "begun"),
    Index("passes_by_end", "until"),
)
"""`digest` is the SHA-256 of the secret, with which the private half of `key` is sealed. Tokens of the library have a `use`, patterns of
repositories parted by blanks (`names`), and whether they are for uploads (`writes`). Of the key of an Ollama, which is no secret, `digest` is
the SHA-256, and the other key is sealed with the secret of the server."""

tries = Table(
    "tries",
    METADATA,
    Column("name", Integer, primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False),
    Column("until", String(40), nullable=False),
)
"""`name` is a number of sixteen bits that is made of a name, so that nobody fills the table with names; nobody tries before `until`."""

unwanted_letters = Table(
    "unwanted_letters",
    METADATA,
    Column("person", String(40), primary_key=True),
    Column("occasion", String(20), primary_key=True),
)
"""`occasion` is one of `core/notification.py`; somebody gets letters of whatever is not here."""

opened_cases = Table(
    "opened_cases",
    METADATA,
    Column("person", String(40), primary_key=True),
    Column("shown", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
    Index("opened_cases_by_time", "person", "at"),
)
"""`shown` is a digest of the case, the policy and the evidence."""
