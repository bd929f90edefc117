"""The schema of Arrow tables, wherever it stands: in IPC messages, in their footer, in the metadata of Parquet.

Specification: Arrow, format/Schema.fbs: a schema has fields, a field has children and pairs of metadata. An extension type is a field
whose metadata names it (`ARROW:extension:name`) and holds what its program needs to build it (`ARROW:extension:metadata`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.flatbuffer import Flat

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream

NAME, METADATA = "ARROW:extension:name", "ARROW:extension:metadata"
PYTHON = "arrow.py_extension_type"
"""The extension types whose metadata pyarrow unpickles as it reads the schema; all pyarrow before 14.0.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionType:
    """The type of one column that Arrow itself does not know; `metadata` are its bytes."""

    column: str
    name: str
    metadata: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns, those inside columns left out, and the extension types of all."""

    columns: tuple[str, ...]
    extensions: tuple[ExtensionType, ...]


def schema(flat: Flat, table: int, limits: Limits) -> Schema:
    """The schema whose table begins at `table`."""
    extensions: list[ExtensionType] = []
    columns: list[str] = []
    pending = [(field, "", 1) for field in flat.tables(table, 1)]
    for place, (field, _, _) in enumerate(pending):
        columns.append(flat.text(field, 0) or str(place))
    while pending:
        field, path, depth = pending.pop()
        if depth > limits.graph_depth:
            raise LimitExceeded("graph_depth", depth, limits.graph_depth, offset=field)
        path = f"{path}/{flat.text(field, 0)}".strip("/")
        pending.extend((child, path, depth + 1) for child in flat.tables(field, 5))
        said = {flat.text(pair, 0): flat.text(pair, 1) for pair in flat.tables(field, 6)}
        if NAME in said:
            metadata = said.get(METADATA, "").encode("utf-8", "surrogateescape")
            extensions.append(ExtensionType(column=path, name=said[NAME], metadata=metadata))
    return Schema(columns=tuple(columns), extensions=tuple(extensions))


def pickles(extensions: Iterable[ExtensionType], limits: Limits) -> tuple[PickleStream, ...]:
    """The pickles in extension types of Python."""
    return tuple(_pickles(extensions, limits))


def _pickles(extensions: Iterable[ExtensionType], limits: Limits) -> Iterator[PickleStream]:
    from hilt.formats import pickle

    for extension in extensions:
        if extension.name == PYTHON:
            source = MemorySource(extension.metadata)
            try:
                yield from pickle.find(source, 0, source.size, limits, f"type of column {extension.column}")
            except FormatError:
                continue  # no pickle: told by the check of such types all the same
