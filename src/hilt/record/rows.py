"""Rows as they stand in the tables, held against rows as the log makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Table

from hilt.record.projection import Change, Put, Set

_Key = tuple[Any, ...]
Made = dict[str, dict[_Key, dict[str, Any]]]
"""Rows by table and primary key."""
_Alike = dict[tuple[str, ...], dict[_Key, None]]
"""The primary keys of rows by what they are about."""


def made(changes: Iterable[Change]) -> Made:
    """The rows that `changes` make of empty tables."""
    tables: Made = {}
    alike: _Alike = {}
    for change in changes:
        rows = tables.setdefault(change.table.name, {})
        if isinstance(change, Put):
            key = key_of(change.table, change.row)
            rows[key] = change.over(rows.get(key, change.row))
            for about in _about(change.table, change.row):
                alike.setdefault(about, {})[key] = None
        else:
            for meant in _meant(change, rows, alike):
                meant.update(change.row)
    return tables


def _meant(change: Set, rows: Mapping[_Key, dict[str, Any]], alike: _Alike) -> list[dict[str, Any]]:
    """The rows that `change` is about."""
    some: Iterable[_Key] = rows
    if all(column.name in change.where for column in change.table.primary_key):
        some = [key_of(change.table, change.where)]
    elif about := _about(change.table, change.where):
        some = alike.get(about[-1], ())
    return [
        row
        for row in map(rows.get, some)
        if row is not None
        and all(row[name] == value for name, value in change.where.items())
        and all(row[name] != value for name, value in change.unless.items())
    ]


def _about(table: Table, row: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """What rows are found by, for a model with many uses has many rows: the subject, and the use with it. No change changes these."""
    if "subject" not in row:
        return []
    subject = (table.name, row["subject"])
    return [subject, (*subject, row["use"])] if "use" in row else [subject]


def key_of(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def differences(
    table: Table, row: Mapping[str, Any] | None, made: Mapping[str, Any] | None
) -> Iterator[tuple[str, str]]:
    """What is wrong with a row: which it is, and how it differs from what the log makes."""
    there = row if row is not None else made
    if there is None:
        return
    what = f"{table.name} {' '.join(map(str, key_of(table, there)))}"
    if row is None:
        yield what, "the row is missing, the log has it"
    elif made is None:
        yield what, "the row is there, the log does not have it"
    else:
        for name, value in made.items():
            if row[name] != value:
                yield what, f"{name} is {shown(row[name])}, the log says {shown(value)}"


def shown(value: Any) -> str:
    """What stands in a row, short."""
    return ascii(value)[:100]
