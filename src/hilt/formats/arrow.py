r"""Walks Arrow IPC: streams of record batches, files of them (Feather 2, the caches of data sets), and names Feather 1.

Specification: Arrow columnar format 1.5, "Serialization and Interprocess Communication": messages of `FF FF FF FF`, the length of
a FlatBuffer (Message.fbs), the FlatBuffer, and a body that is passed over. A file has `ARROW1` before them and behind them
a footer (File.fbs), its length and `ARROW1` again. Feather 1 (`FEA1`) has no types of its own.

What can bite: column types of Python, which pyarrow before 14.0.1 unpickles as soon as it reads the schema (CVE-2023-47248).

What hilt cannot see: what is in the rows, and what programs do with extension types of their own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.arrow_schema import ExtensionType, Schema, pickles, schema
from hilt.formats.flatbuffer import Flat
from hilt.formats.reader import Head

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream

FILE, FEATHER = b"ARROW1", b"FEA1"
_GOES_ON = b"\xff\xff\xff\xff"
_SCHEMA, _LAST_HEADER = 1, 5
"""Kinds of messages: the first is a schema, then come dictionaries, batches and tensors."""
_NO_SCHEMA = Schema(columns=(), extensions=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A table: its columns, its extension types, those of the stream and of the footer, and what those of Python pickle."""

    kind: str
    columns: tuple[str, ...]
    extensions: tuple[ExtensionType, ...]
    pickles: tuple[PickleStream, ...]
    messages: int


def probe(head: Head) -> bool:
    if head.data.startswith((FILE + b"\0\0", FEATHER)):
        return True
    try:
        return head.data.startswith(_GOES_ON) and _message(head.source, 0, head.limits)[1] == _SCHEMA
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Arrow:
    """The schema of `source`, and its messages, walked to the last byte."""
    if source.read(0, 4) == FEATHER:
        if source.size < 12 or source.read(source.size - 4, 4) != FEATHER:
            raise FormatError("a Feather file that does not end as one", offset=source.size)
        return Arrow(kind="feather-1", columns=(), extensions=(), pickles=(), messages=0)
    is_file = source.read(0, 8) == FILE + b"\0\0"
    end, footer = _footer(source, limits) if is_file else (source.size, _NO_SCHEMA)
    position, messages, stream = 8 if is_file else 0, 0, _NO_SCHEMA
    while position < end:
        if messages >= limits.header_entries:
            raise LimitExceeded("header_entries", messages + 1, limits.header_entries, offset=position)
        begin, header, length = _message(source, position, limits)
        if header == _SCHEMA and not messages:
            stream = _schema(source, position, limits)
        position = begin + length
        if not header:
            break
        messages += 1
    if position != end:
        raise FormatError(f"{end - position} bytes behind the messages belong to nothing", offset=position)
    extensions = tuple(dict.fromkeys((*stream.extensions, *footer.extensions)))
    return Arrow(
        kind="file" if is_file else "stream",
        columns=stream.columns or footer.columns,
        extensions=extensions,
        pickles=pickles(extensions, limits),
        messages=messages,
    )


def _footer(source: ByteSource, limits: Limits) -> tuple[int, Schema]:
    """Where the footer begins, and its schema, which readers of files go by."""
    tail = source.read(max(0, source.size - 10), 10)
    if source.size < 18 or tail[4:] != FILE:
        raise FormatError("an Arrow file that does not end as one", offset=max(0, source.size - 6))
    (length,) = struct.unpack_from("<i", tail)
    begin = source.size - 10 - length
    if length <= 0 or begin < 8:
        raise FormatError(f"a footer of {length} bytes in a file of {source.size}", offset=source.size - 10)
    flat = Flat(Window(source, begin, length), limits)
    table = flat.table(flat.follow(0), 1)
    return begin, _NO_SCHEMA if table is None else schema(flat, table, limits)


def _framed(source: ByteSource, position: int) -> tuple[int, int]:
    """Where the FlatBuffer of a message begins, and its length; before Arrow 0.15 no mark stood before the length."""
    start = source.read(position, 8)
    marked = start.startswith(_GOES_ON)
    start = start[4:] if marked else start[:4]
    if len(start) != 4:
        raise FormatError("the file ends inside a message", offset=position)
    (length,) = struct.unpack("<i", start)
    begin = position + (8 if marked else 4)
    if not 0 <= length <= source.size - begin:
        raise FormatError(f"a message of {length} bytes, {source.size - begin} are left", offset=position)
    return begin, length


def _message(source: ByteSource, position: int, limits: Limits) -> tuple[int, int, int]:
    """Where a message begins, its kind (0 for the end of the stream), and its length with its body."""
    begin, length = _framed(source, position)
    if not length:
        return begin, 0, 0
    flat = Flat(Window(source, begin, length), limits)
    message = flat.follow(0)
    header, body = flat.number(message, 1, "<B"), flat.number(message, 3, "<q")
    if not _SCHEMA <= header <= _LAST_HEADER or not 0 <= body <= source.size - begin - length:
        raise FormatError(f"a message of kind {header} with a body of {body} bytes", offset=position)
    return begin, header, length + body


def _schema(source: ByteSource, position: int, limits: Limits) -> Schema:
    begin, length = _framed(source, position)
    flat = Flat(Window(source, begin, length), limits)
    table = flat.table(flat.follow(0), 2)
    return _NO_SCHEMA if table is None else schema(flat, table, limits)
