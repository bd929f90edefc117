"""The models that a person, or a use, has something to do with: found from what was asked, decided and held."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, union_all

from hilt.core.wire import encode_text
from hilt.record.schema import decisions, holdings, models, requests

FEW = 2000
"""Rows that are cheaper to find first; of more, nearly every page of models holds some."""


class Among(NamedTuple):
    """Models that were asked for, decided or held for one of `uses`, and that `person` asked for or says that somebody runs now;
    None for whatever use, and whoever."""

    uses: Collection[str] | None = None
    person: str | None = None

    def where(self, connection: Connection) -> ColumnElement[bool]:
        """What is true of them alone."""
        wanted = []
        if self.uses is not None:
            uses = [encode_text(use) for use in self.uses]
            found = [select(table.c.subject).where(table.c.use.in_(uses)) for table in (requests, decisions, holdings)]
            wanted.append(_in(connection, found))
        if self.person is not None:
            asked = select(requests.c.subject).where(requests.c.person == self.person)
            runs = select(holdings.c.subject).where(holdings.c.person == self.person, holdings.c.ended == -1)
            wanted.append(_in(connection, [asked, runs]))
        return and_(*wanted)


def _in(connection: Connection, found: list[Select[tuple[str]]]) -> ColumnElement[bool]:
    rows = union_all(*found)
    few = connection.scalar(select(func.count()).select_from(rows.limit(FEW + 1).subquery()))
    if not few:
        return false()
    if few <= FEW:
        return models.c.subject.in_(rows)
    return or_(*(one.where(one.selected_columns.subject == models.c.subject).exists() for one in found))
