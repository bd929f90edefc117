"""Reads the footer of a Parquet file: its columns, where their data lie, and the Arrow schema that was written with them.

Specification: Apache Parquet, "File Format" and parquet.thrift: `PAR1`, the column chunks, FileMetaData in Thrift's compact
protocol, its length in 4 bytes, `PAR1`. Arrow keeps its own schema under the key `ARROW:schema`, as an IPC message in
base64. `PARE` at the end says that the footer is encrypted.

What can bite: column types of Python in the schema that Arrow left, which pyarrow before 14.0.1 unpickles (CVE-2023-47248); columns
that lie in other files; bytes that no column, index or filter accounts for.

What hilt cannot see: what is in the rows, the indexes and the filters.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.parquet_places import FILE_PATH, PLACES, Chunk, unclaimed
from hilt.formats.stretches import Stretch
from hilt.formats.thrift import Walk

if TYPE_CHECKING:
    from hilt.formats.arrow_schema import ExtensionType
    from hilt.formats.pickle import PickleStream

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
_COLUMN, _KEY, _VALUE, _CREATED_BY = (2, 4), (5, 1), (5, 2), (6,)
_CHUNK = (4, 1)
"""A column chunk; what follows says where its data lie."""
_WANTED = frozenset((_COLUMN, _KEY, _VALUE, _CREATED_BY, _CHUNK, *PLACES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parquet:
    """A footer. `files` are other files that hold columns; `extensions` are the types of Arrow's own schema; `unowned` are
    the bytes that the footer does not lead to.
    """

    created_by: str
    columns: tuple[str, ...]
    files: tuple[str, ...]
    metadata: tuple[str, ...]
    extensions: tuple[ExtensionType, ...]
    pickles: tuple[PickleStream, ...]
    unowned: tuple[Stretch, ...]


def read(source: ByteSource, limits: Limits) -> Parquet:
    """The footer of `source`, walked to its last byte."""
    begin, length = _footer(source)
    cursor = Cursor(Window(source, begin, length))
    columns, files, keys, created_by, schemas = list[str](), dict[str, None](), list[str](), "", list[bytes]()
    chunks = list[Chunk]()
    for path, data in Walk(cursor, limits, _WANTED).struct():
        if len(columns) + len(files) + len(keys) > limits.header_entries:
            raise LimitExceeded("header_entries", limits.header_entries + 1, limits.header_entries, offset=begin)
        if len(chunks) > limits.graph_items:
            raise LimitExceeded("graph_items", len(chunks), limits.graph_items, offset=begin)
        if path == _CHUNK:
            chunks.append({})
        elif path in PLACES:
            chunks[-1][path] = data
        if isinstance(data, int):
            continue
        text = data.decode("utf-8", "replace") if path != _VALUE else ""
        if path == _COLUMN:
            columns.append(text)
        elif path == FILE_PATH:
            files[text] = None
        elif path == _KEY:
            keys.append(text)
        elif path == _CREATED_BY:
            created_by = text
        elif path == _VALUE and keys and keys[-1] == "ARROW:schema":
            schemas.append(data)
    cursor.end("the footer")
    extensions = tuple(dict.fromkeys(one for data in schemas for one in _extensions(data, limits)))
    return Parquet(
        created_by=created_by,
        columns=tuple(columns[1:]),  # the first is the table
        files=tuple(files),
        metadata=tuple(keys),
        extensions=extensions,
        pickles=_pickles(extensions, limits),
        unowned=unclaimed(source, chunks, begin, limits),
    )


def _footer(source: ByteSource) -> tuple[int, int]:
    """Where it begins and how long it is."""
    tail = source.read(max(0, source.size - 8), 8)
    if source.size < 12 or tail[4:] != MAGIC:
        said = "its footer is encrypted" if tail[4:] == ENCRYPTED else f"it ends with {tail[4:]!r}, not with PAR1"
        raise FormatError(f"no footer of Parquet can be read: {said}", offset=max(0, source.size - 4))
    (length,) = struct.unpack_from("<I", tail)
    if length > source.size - 12:
        raise FormatError(f"a footer of {length} bytes in a file of {source.size}", offset=source.size - 8)
    return source.size - 8 - length, length


def _extensions(data: bytes, limits: Limits) -> tuple[ExtensionType, ...]:
    """Those of the schema that Arrow wrote, which it reads back with the table."""
    from hilt.formats import arrow

    try:
        return arrow.read(MemorySource(binascii.a2b_base64(data)), limits).extensions
    except binascii.Error as error:
        raise FormatError(f"the schema of Arrow is no base64: {error}") from None


def _pickles(extensions: tuple[ExtensionType, ...], limits: Limits) -> tuple[PickleStream, ...]:
    from hilt.formats.arrow_schema import pickles

    return pickles(extensions, limits)
