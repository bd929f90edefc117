"""What Alembic runs to bring a database to another version: everything in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from hilt.record import schema
from hilt.record.accounts import tables as accounts
from hilt.record.desk import tables as desk
from hilt.record.outbox import tables as outbox

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[schema.METADATA, accounts.METADATA, desk.METADATA, outbox.METADATA],
    render_as_batch=True,  # SQLite cannot change columns in place
)
with context.begin_transaction():
    context.run_migrations()
