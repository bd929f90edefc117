"""Walks a struct in Thrift's compact protocol, for the reader of Parquet.

Specification: Apache Thrift, doc/specs/thrift-compact-protocol.md: a field is a byte with its type and the distance of its
number, numbers are variable-length and zigzag, strings begin with their length. What a field means is in the schema of the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)


class Value(NamedTuple):
    """A string's bytes, an integer, or where a struct begins, and the numbers of the fields that lead to it, with its
    list's place left out.
    """

    path: tuple[int, ...]
    data: bytes | int


class Walk:
    """Walks one struct and yields the values at the paths in `wanted`, in the order of the file."""

    def __init__(self, cursor: Cursor, limits: Limits, wanted: frozenset[tuple[int, ...]]) -> None:
        self._cursor, self._limits, self._wanted = cursor, limits, wanted
        self._fields, self._text = 0, 0

    def struct(self, path: tuple[int, ...] = (), depth: int = 1) -> Iterator[Value]:
        """The wanted values in the struct that begins at the cursor."""
        number = 0
        while start := self._cursor.number("B", "a field"):
            number = number + (start >> 4) if start >> 4 else self._zigzag()
            yield from self._value(start & 15, (*path, number), depth, in_list=False)

    def _value(self, kind: int, path: tuple[int, ...], depth: int, *, in_list: bool) -> Iterator[Value]:
        cursor = self._cursor
        self._fields += 1
        if self._fields > self._limits.protobuf_fields:
            raise LimitExceeded("protobuf_fields", self._fields, self._limits.protobuf_fields, offset=cursor.offset)
        if depth > self._limits.graph_depth:
            raise LimitExceeded("graph_depth", depth, self._limits.graph_depth, offset=cursor.offset)
        if kind in (_TRUE, _FALSE):
            cursor.skip(1 if in_list else 0, "a boolean")
        elif kind == _BYTE:
            cursor.skip(1, "a byte")
        elif kind in _INTEGERS:
            number = self._zigzag()
            if path in self._wanted:
                yield Value(path, number)
        elif kind == _DOUBLE:
            cursor.skip(8, "a number")
        elif kind == _BINARY:
            yield from self._binary(path)
        elif kind in (_LIST, _SET):
            start = cursor.number("B", "a list")
            size = start >> 4 if start >> 4 < 15 else self._varint()
            for _ in range(size):
                yield from self._value(start & 15, path, depth + 1, in_list=True)
        elif kind == _MAP:
            if size := self._varint():
                kinds = cursor.number("B", "a map")
                for _ in range(size):
                    yield from self._value(kinds >> 4, path, depth + 1, in_list=True)
                    yield from self._value(kinds & 15, path, depth + 1, in_list=True)
        elif kind == _STRUCT:
            if path in self._wanted:
                yield Value(path, cursor.offset)
            yield from self.struct(path, depth + 1)
        else:
            raise FormatError(f"a field of the unknown type {kind}", offset=cursor.offset)

    def _binary(self, path: tuple[int, ...]) -> Iterator[Value]:
        size = self._varint()
        if path not in self._wanted:
            self._cursor.skip(size, "a string")
            return
        self._text += size
        if self._text > self._limits.graph_text_bytes:
            raise LimitExceeded(
                "graph_text_bytes", self._text, self._limits.graph_text_bytes, offset=self._cursor.offset
            )
        yield Value(path, self._cursor.take(size, "a string"))

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._cursor.number("B", "a number")
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise FormatError("a number longer than ten bytes", offset=self._cursor.offset)

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
