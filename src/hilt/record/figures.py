"""How much there is of what: the figures of home and of a search, as the tables tell.

Each takes one way through an index. `Registry` remembers the dearer ones until the log grows.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, distinct, exists, func, or_, select

from hilt.core.verdict import Outcome
from hilt.core.wire import decode_text
from hilt.record.projection import WITHDRAWN
from hilt.record.schema import decisions, holdings, models, requests

MOST_USES = 10_000
"""Uses that are told apart."""


class Count(NamedTuple):
    """How many models have this verdict, these licences and this class of openness; -1 where that is not known."""

    outcome: Outcome
    licences: tuple[str, ...]
    openness: int
    models: int


def counts(connection: Connection) -> list[Count]:
    columns = models.c.licences, models.c.openness, models.c.outcome
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return [
        Count(Outcome(outcome), tuple(licences.split()), openness, number)
        for licences, openness, outcome, number in rows
    ]


def uses(connection: Connection) -> list[str]:
    """From one use to the next in the order of an index, for there are many rows of few uses."""
    found: set[str] = set()
    for table in (requests, decisions, holdings):
        found.update(connection.scalars(_next_uses(table)))
    return sorted(decode_text(use) for use in found if use)


def undone() -> ColumnElement[bool]:
    """Was a decision refused, withdrawn or made anew since?"""
    later = decisions.alias()
    same = later.c.use == decisions.c.use
    ended = (later.c.say != "yes") & or_(same, later.c.use == "")
    return exists().where(later.c.subject == decisions.c.subject, later.c.place > decisions.c.place, or_(ended, same))


def said_yes(connection: Connection, today: str) -> int:
    """Whose subject was never stopped is counted from an index alone; of the others each decision is looked at."""
    said, stops = decisions.c, decisions.alias().c
    found = select(func.count(distinct(said.subject))).where(
        said.say == "yes", or_(said.until == "", said.until >= today)
    )
    stopped = said.subject.in_(select(stops.subject).where(stops.say.in_(["no", WITHDRAWN])))
    return sum(connection.scalar(one) or 0 for one in (found.where(~stopped), found.where(stopped, ~undone())))


def stopped_holdings(connection: Connection, limit: int) -> list[int]:
    """The places of holdings that last of what is blocked, or was withdrawn and not admitted since; newest first."""
    held, said, again = holdings.c, decisions.c, decisions.alias()
    newest = select(held.place).where(held.ended == -1).order_by(held.place.desc()).limit(limit)
    blocked = newest.join_from(holdings, models, models.c.subject == held.subject)
    since = exists().where(
        again.c.subject == held.subject, again.c.place > said.place, again.c.say == "yes", again.c.use == held.use
    )
    withdrawn = select(held.place).join_from(decisions, holdings, said.subject == held.subject)
    withdrawn = withdrawn.where(said.say == WITHDRAWN, said.use.in_([held.use, ""]), held.ended == -1, ~since)
    found = {
        *connection.scalars(blocked.where(models.c.outcome == int(Outcome.BLOCK))),
        *connection.scalars(withdrawn),
    }
    return sorted(found, reverse=True)[:limit]


def _next_uses(table: Table) -> Select[tuple[str]]:
    use = table.c.use
    each = select(func.min(use).label("use")).cte("each_use", recursive=True)
    following = select(func.min(use)).where(use > each.c.use).scalar_subquery()
    each = each.union_all(select(following).where(each.c.use.is_not(None)))
    return select(each.c.use).where(each.c.use.is_not(None)).limit(MOST_USES)
