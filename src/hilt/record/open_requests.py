"""Which requests may be open, as the tables tell: what is open, the standing tells.

Left out is what a later no or withdrawal ended, and what one person could decide alone and did, of the newest verdict, where that
has not come to its end. Whether they were allowed to, the tables do not tell: `hilt admit` sees to that before it records anything.
What was decided costs nothing here, however much of it there is: each kind of what may be open has an index of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, false, or_, select, true

from hilt.core.events import Person
from hilt.record.schema import NOT_ALONE, has, keys, models, requests


def places(connection: Connection, today: str, whom: Person | None, after: int | None, limit: int) -> list[int]:
    """Where the next `limit` of them stand in the log, oldest first; those that may wait for `whom`, or all."""
    found: set[int] = set()
    for one in _kinds(today, limit):
        some = one if after is None else one.where(requests.c.place > after)
        found.update(connection.scalars(some if whom is None else _for(whom, some, connection)))
    return sorted(found)[:limit]


def _for(whom: Person, found: Select[Any], connection: Connection) -> Select[Any]:
    """Those whose verdict asks one of their roles, and that others asked for, or that ask nobody in particular."""
    asks = models.c.asks
    named = [has(asks, f" {role} ", connection) for role in whom.roles]
    theirs = and_(requests.c.person != whom.person, or_(false(), *named))
    found = found.join_from(requests, models, models.c.subject == requests.c.subject, isouter=True)
    return found.where(or_(asks.is_(None), asks == "", theirs))


def _kinds(today: str, limit: int) -> Iterator[Select[Any]]:
    asked = requests.c
    answered = select(asked.place).where(asked.state == "answered")
    yield select(asked.place).where(asked.state == "asked").order_by(asked.place).limit(limit)
    yield answered.where(asked.until > "", asked.until < today).order_by(asked.place).limit(limit)
    others = asked.state.not_in(["asked", "ended"])  # said like this, no index of states is taken: models are few
    more_than_one = select(models.c.subject).where(NOT_ALONE)
    stolen = select(keys.c.person).where(keys.c.compromised == true())
    for chosen in (and_(others, asked.subject.in_(more_than_one)), asked.answered_by.in_(stolen)):
        # Said like this, what was chosen is put in order, not all requests looked through in theirs until there are enough.
        yield select(asked.place).where(chosen).order_by(asked.place + 0).limit(limit)
