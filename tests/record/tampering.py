"""What somebody who may write to the database does behind hilt's back, and takes back again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, select

from hilt.record.database import Database

Row = dict[str, Any]


def rows(database: Database, table: Table) -> list[Row]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def other(column: Column[Any], value: Any) -> Any:
    """Another value that the column takes."""
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, LargeBinary):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(column.type, Integer):
        return value + 1000
    return "f" * 64 if len(value) == 64 else f"not {value}"[: getattr(column.type, "length", None) or 40]


@contextmanager
def changed(database: Database, table: Table, row: Row, **values: Any) -> Iterator[None]:
    """While this lasts, the row says something else."""
    _update(database, table, row, values)
    yield
    _update(database, table, row | values, {name: row[name] for name in values})


@contextmanager
def deleted(database: Database, table: Table, row: Row) -> Iterator[None]:
    _delete(database, table, row)
    yield
    _insert(database, table, row)


@contextmanager
def inserted(database: Database, table: Table, row: Row) -> Iterator[None]:
    _insert(database, table, row)
    yield
    _delete(database, table, row)


@contextmanager
def swapped(database: Database, table: Table, one: Row, another: Row) -> Iterator[None]:
    """While this lasts, each of two rows says what the other did."""
    keys = [column.name for column in table.primary_key]
    values = [{name: value for name, value in row.items() if name not in keys} for row in (one, another)]
    with changed(database, table, one, **values[1]), changed(database, table, another, **values[0]):
        yield


def _where(table: Table, row: Mapping[str, Any]) -> Any:
    conditions = [column == row[column.name] for column in table.primary_key]
    return conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]


def _update(database: Database, table: Table, row: Row, values: Row) -> None:
    with database.writing() as connection:
        assert connection.execute(table.update().where(_where(table, row)).values(values)).rowcount == 1


def _delete(database: Database, table: Table, row: Row) -> None:
    with database.writing() as connection:
        assert connection.execute(table.delete().where(_where(table, row))).rowcount == 1


def _insert(database: Database, table: Table, row: Row) -> None:
    with database.writing() as connection:
        connection.execute(table.insert(), row)
