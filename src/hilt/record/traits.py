"""What models are searched by that only their reports tell: their licences, and how open they are.

Entries of the log do not say it, so it is made from the documents that they name; nothing is decided by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from hilt.core.events import Event, Imported, VerdictGiven
from hilt.record.schema import models

LICENCES, OPENNESS = "rights.licences", "openness.class"
"""The facts of a report that tell it."""
MOST = 20
"""Licences that are told of one model."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,79}", re.ASCII)
"""What names a licence; reports that came in bundles may hold anything."""
_AT_ONCE = 500


class Traits(NamedTuple):
    """`licences` stand between blanks, ` apache-2.0 mit `, and are empty where none is known; `openness` is the class of the Model
    Openness Framework, -1 where it is not known."""

    licences: str = ""
    openness: int = -1


UNTOLD = Traits()


def report_of(event: Event) -> str:
    """The digest of the report that tells the traits of a model, empty where the event is no verdict."""
    match event:
        case VerdictGiven():
            return event.report
        case Imported():
            return event.verdict.report
    return ""


def traits_of(report: bytes) -> Traits:
    """What a report says; nothing where it is none that hilt writes."""
    try:
        stated = json.loads(report)["report"]["facts"]
        facts = {one["key"]: one["value"] for one in stated if one["key"] in (LICENCES, OPENNESS)}
    except (ValueError, RecursionError, KeyError, TypeError):
        return UNTOLD
    return Traits(_licences(facts.get(LICENCES)), _openness(facts.get(OPENNESS)))


def fill(connection: Connection, documents: Callable[[Collection[str]], Mapping[str, bytes]]) -> None:
    """Writes into every row of `models` what its report says. `documents` gives those of these digests that are there."""
    columns, after = models.c, ""
    found = select(columns.subject, columns.report).order_by(columns.subject).limit(_AT_ONCE)
    say = models.update().where(columns.subject == bindparam("of"))
    while page := connection.execute(found.where(columns.subject > after)).all():
        reports = documents({row.report for row in page})
        told = {digest: traits_of(report) for digest, report in reports.items()}
        rows = [{"of": row.subject, **told.get(row.report, UNTOLD)._asdict()} for row in page]
        connection.execute(say.values({name: bindparam(name) for name in Traits._fields}), rows)
        after = page[-1].subject


def _licences(value: Any) -> str:
    named = (
        sorted({one for one in value if isinstance(one, str) and _ID.fullmatch(one)}) if isinstance(value, list) else []
    )
    return f" {' '.join(named[:MOST])} " if named else ""


def _openness(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= 3 else -1
