"""Walks FlatBuffers, for the readers of formats that are written in them.

Specification: FlatBuffers Documentation, "FlatBuffer Internals": tables find their fields through a vtable of 16-bit
offsets, vectors and strings begin with a 32-bit length, all little-endian. What a field means is in the schema of the
format, so this module knows none. Vectors of numbers are passed over unread unless they are asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import KIB, Limits

_CHUNK, _KEPT = 4 * KIB, 64


class Flat:
    """A source seen as a FlatBuffer; tables are the offsets at which they begin."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._blocks: dict[int, bytes] = {}
        self._items, self._text = 0, 0
        self.reach = 0
        """The end of whatever was looked at."""

    def follow(self, position: int) -> int:
        """Where the offset at `position` leads."""
        return position + int(self._number(position, "<I"))

    def number(self, table: int, field: int, layout: str) -> int:
        """A scalar field; 0 where the table leaves it out."""
        position = self._field(table, field)
        return 0 if position is None else self._number(position, layout)

    def text(self, table: int, field: int) -> str:
        """A string field; empty where the table leaves it out. Bytes that are not UTF-8 stand as surrogate escapes."""
        position = self._field(table, field)
        return "" if position is None else self._text_at(self.follow(position))

    def texts(self, table: int, field: int) -> tuple[str, ...]:
        """The strings in a vector field."""
        return tuple(self._text_at(start) for start in self.tables(table, field))

    def _text_at(self, start: int) -> str:
        length = self._number(start, "<I")
        self._text += length
        if self._text > self._limits.graph_text_bytes:
            raise LimitExceeded("graph_text_bytes", self._text, self._limits.graph_text_bytes, offset=start)
        text = self._bytes(start + 4, length).decode("utf-8", "surrogateescape")
        self.reach = max(self.reach, start + 4 + length + 1)
        return text

    def length(self, table: int, field: int, width: int = 1) -> int:
        """The length of a vector field, whose items, `width` bytes each, lie inside the file; 0 where the table leaves it
        out.
        """
        position = self._field(table, field)
        if position is None:
            return 0
        start = self.follow(position)
        length = self._number(start, "<I")
        if start + 4 + width * length > self._source.size:
            raise FormatError(f"a vector of {length} items reaches past the end of the file", offset=start)
        self.reach = max(self.reach, start + 4 + width * length)
        return length

    def place(self, table: int, field: int, width: int = 1) -> tuple[int, int]:
        """Where the items of a vector field lie: the bytes [begin, end), none where the table leaves it out."""
        length = self.length(table, field, width)
        position = self._field(table, field)
        start = 0 if position is None else self.follow(position) + 4
        return start, start + width * length

    def numbers(self, table: int, field: int, layout: str) -> tuple[int, ...]:
        """A short vector of numbers."""
        width = struct.calcsize(layout)
        length = self.length(table, field, width)
        position = self._field(table, field)
        if not length or position is None:
            return ()
        start = self._counted(length, table, position)
        return tuple(self._number(start + width * index, layout) for index in range(length))

    def table(self, table: int, field: int) -> int | None:
        """The table in a field; None where it is left out."""
        position = self._field(table, field)
        return None if position is None else self.follow(position)

    def tables(self, table: int, field: int) -> Iterator[int]:
        """The tables in a vector field."""
        length = self.length(table, field, 4)
        position = self._field(table, field)
        start = 0 if position is None else self._counted(length, table, position)
        for index in range(length):
            yield self.follow(start + 4 * index)

    def _counted(self, length: int, table: int, position: int) -> int:
        """Where the items of the vector that the field at `position` leads to begin, once they are known to be few."""
        self._items += length
        if self._items > self._limits.graph_items:
            raise LimitExceeded("graph_items", self._items, self._limits.graph_items, offset=table)
        return self.follow(position) + 4

    def _field(self, table: int, field: int) -> int | None:
        """Where a field of a table lies."""
        vtable = table - self._number(table, "<i")
        length = self._number(vtable, "<H")
        self.reach = max(self.reach, vtable + length, table + self._number(vtable + 2, "<H"))
        if 4 + 2 * field >= length:
            return None
        offset = self._number(vtable + 4 + 2 * field, "<H")
        return table + offset if offset else None

    def _number(self, position: int, layout: str) -> int:
        value = struct.unpack(layout, self._bytes(position, struct.calcsize(layout)))[0]
        return int(value)

    def _bytes(self, position: int, n: int) -> bytes:
        if position < 0 or position + n > self._source.size:
            raise FormatError(
                f"an offset leads to byte {position}, {n} bytes long, in a file of {self._source.size} bytes",
                offset=max(position, 0),
            )
        begin = position % _CHUNK
        across = begin + n > _CHUNK
        data = self._source.read(position, n) if across else self._block(position - begin)[begin : begin + n]
        if len(data) != n:
            raise FormatError("the file became shorter while it was read", offset=position)
        return data

    def _block(self, start: int) -> bytes:
        """A chunk of the file: tables and their vtables lie apart, so that several are kept."""
        block = self._blocks.get(start)
        if block is None:
            if len(self._blocks) >= _KEPT:
                self._blocks.pop(next(iter(self._blocks)))
            block = self._blocks[start] = self._source.read(start, _CHUNK)
        return block
