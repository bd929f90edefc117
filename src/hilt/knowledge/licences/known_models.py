"""Which licence well-known models and datasets are under, by name: a dated table, asked where nobody looked at the hub.

The table is `known_models.tsv`, whose head tells its columns. What it says is a claim: it was true of the name on a day.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from hilt.core.context import Base

TABLE_DATE = "2026-11-21"
"""The day of the newest row."""
SOURCE = f"hilt's table of {TABLE_DATE}"

_FILE = os.path.join(os.path.dirname(__file__), "known_models.tsv")  # noqa: PTH118, PTH120 (pathlib takes longer to import)


class Row(NamedTuple):
    """One line of the table."""

    pattern: str
    licences: tuple[str, ...]
    as_of: str
    read: str
    source: str


def known_base(relation: str, name: str) -> Base | None:
    """What the table says of the model of this name, or with the relation "dataset" of the dataset; None for nothing."""
    row = find("dataset" if relation == "dataset" else "model", name)
    return None if row is None else Base(name=name, licences=row.licences, source=SOURCE)


def find(kind: str, name: str) -> Row | None:
    """The first row that fits. A header writes "Meta Llama/Llama 3.1 8B" for what a hub writes with hyphens."""
    plain = "-".join(name.lower().split(" "))
    return next((row for row in _table()[kind, plain.rpartition("/")[0]] if fits(row.pattern, plain)), None)


def fits(pattern: str, name: str) -> bool:
    """Whether the whole of `name` fits; `*` stands for any characters. Both in small letters."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def parse(lines: Iterable[str]) -> Mapping[tuple[str, str], list[Row]]:
    """The rows by kind and organisation, which no pattern leaves open."""
    table: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for line in lines:
        if line.strip() and not line.startswith("#"):
            kind, pattern, licences, as_of, read, source = line.rstrip("\n").split("\t")
            pattern = pattern.lower()
            organisation = pattern.rpartition("/")[0]
            row = Row(pattern=pattern, licences=tuple(licences.split()), as_of=as_of, read=read, source=source)
            table[kind, organisation].append(row)
    return table


@cache
def _table() -> Mapping[tuple[str, str], list[Row]]:
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123 (pathlib takes longer to import)
        return parse(file)
