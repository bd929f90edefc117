"""Walks the wire format of Protocol Buffers, for the readers of formats that are written in it.

Specification: Protocol Buffers Documentation, "Encoding". A message is a row of fields; a field is a varint key (number
and wire type) and a varint, 4 bytes, 8 bytes, or a length and that many bytes. What a field means is in the schema of
the format, so this module knows none. Payloads are skipped by their length and never read unless they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import KIB, Limits
from hilt.core.patterns import lazy_pattern
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types. 3 and 4 mark groups, which no schema read here has."""

_CHUNK = 16 * KIB
_LONGEST_VARINT = 10

_NUMBERS = lazy_pattern(
    rb"(?:[\x08\x10\x18\x20\x28\x30\x38\x40\x48\x50\x58\x60\x68\x70\x78][\x80-\xff]{0,9}+[\x00-\x7f]"
    rb"|[\x0d\x15\x1d\x25\x2d\x35\x3d\x45\x4d\x55\x5d\x65\x6d\x75\x7d].{4}"
    rb"|[\x09\x11\x19\x21\x29\x31\x39\x41\x49\x51\x59\x61\x69\x71\x79].{8})++",
    re.DOTALL,
)
"""A run of fields 1 to 15 that are numbers: unpacked arrays of millions, which a regular expression skips in C."""


class Field(NamedTuple):
    """One field: `value` is what a varint says (0 for others); the payload lies at [start, end)."""

    number: int
    wire: int
    value: int
    start: int
    end: int

    @property
    def key(self) -> tuple[int, int]:
        """What a schema tells fields apart by; a known number under another wire type is an unknown field."""
        return self.number, self.wire


class Wire:
    """A source seen as protobuf messages; positions are bytes from its start. Memory stays flat.

    With `cut`, a payload that reaches past its message ends with it: how recognition sees a truncated file.
    """

    def __init__(self, source: ByteSource, limits: Limits, *, cut: bool = False) -> None:
        self._source, self._limits, self._cut = source, limits, cut
        self._data, self._at = b"", 0
        self._fields, self._text = 0, 0
        self.size = source.size

    def message(self, *, within: Field | None = None, numbers: bool = True) -> Iterator[Field]:
        """The fields of the message in the payload of `within`, by default of the whole source.

        With `numbers` false, fields 1 to 15 that hold a bare number are passed over, which is much quicker.
        """
        position, end = (within.start, within.end) if within else (0, self.size)
        while position < end:
            if not numbers:
                position = self._skip_numbers(position, end)
                if position >= end:
                    return
            field = self._short(position, end) or self._field(position, end)
            yield field
            position = field.end

    def bytes(self, field: Field) -> bytes:
        """The payload of a field, for what is kept or looked at: names, texts, shapes."""
        length, allowed = field.end - field.start, self._limits.graph_text_bytes
        self._text += length
        if self._text > allowed:
            raise LimitExceeded("graph_text_bytes", self._text, allowed, offset=field.start)
        self._fill(field.start, length)
        return self._data[field.start - self._at : field.end - self._at]

    def text(self, field: Field) -> str:
        """The payload of a short field as text; bytes that are not UTF-8 stand as surrogate escapes."""
        return self.bytes(field).decode("utf-8", "surrogateescape")

    def varints(self, field: Field) -> tuple[int, ...]:
        """One number, or a packed row of them: a reader must take either for a repeated field."""
        if field.wire == VARINT:
            return (field.value,)
        data, values, value, shift = self.bytes(field), [], 0, 0
        for byte in data:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                values.append(value & 0xFFFF_FFFF_FFFF_FFFF)
                value = shift = 0
            elif shift >= 7 * _LONGEST_VARINT:
                break
        if shift:
            raise FormatError("a packed row of numbers ends inside a number", offset=field.start)
        return tuple(values)

    def _short(self, position: int, end: int) -> Field | None:
        """The field at `position` where it is of the commonest kind: a payload, key and length of one byte each."""
        data, index = self._data, position - self._at
        if not 0 <= index < len(data) - 1 or self._fields >= self._limits.protobuf_fields:
            return None
        key, length = data[index], data[index + 1]
        stop = position + 2 + length
        if key & 0x87 != BYTES or key == BYTES or length > 0x7F or stop > end:
            return None
        self._fields += 1
        return Field(key >> 3, BYTES, 0, position + 2, stop)

    def _field(self, position: int, end: int) -> Field:
        self._fields += 1
        if self._fields > self._limits.protobuf_fields:
            raise LimitExceeded("protobuf_fields", self._fields, self._limits.protobuf_fields, offset=position)
        key, start = self._varint(position, end)
        number, wire, value = key >> 3, key & 7, 0
        if not 0 < number < 1 << 29:
            raise FormatError(f"field number {number} does not exist in protobuf", offset=position)
        if wire == VARINT:
            value, stop = self._varint(start, end)
        elif wire == BYTES:
            length, start = self._varint(start, end)
            stop = start + length
        elif wire in (FIXED32, FIXED64):
            stop = start + (4 if wire == FIXED32 else 8)
        else:
            raise FormatError(f"field {number} has wire type {wire}, which is not read", offset=position)
        if stop > end and self._cut and wire == BYTES:
            stop = end
        if stop > end:
            what = "file" if end == self.size else "message"
            raise FormatError(
                f"field {number} needs {stop - start} bytes, {end - start} are in its {what}", offset=start
            )
        return Field(number, wire, value, start, stop)

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        """The number at `position`, and where it ends."""
        if position < self._at or position + _LONGEST_VARINT > self._at + len(self._data):
            self._fill(position, min(_LONGEST_VARINT, end - position))
        data, index, value, shift = self._data, position - self._at, 0, 0
        last = min(index + _LONGEST_VARINT, end - self._at, len(data))
        while index < last:
            byte = data[index]
            index += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, self._at + index
            shift += 7
        raise FormatError("a number does not end where its message does, or within 10 bytes", offset=position)

    def _skip_numbers(self, position: int, end: int) -> int:
        while position < end:
            self._fill(position, min(_LONGEST_VARINT, end - position))
            found = _NUMBERS.match(self._data, position - self._at, min(len(self._data), end - self._at))
            if found is None:
                return position
            position = self._at + found.end()
        return position

    def _fill(self, position: int, need: int) -> None:
        if self._at <= position and position + need <= self._at + len(self._data):
            return
        self._data, self._at = self._source.read(position, max(need, _CHUNK)), position
        if len(self._data) < need:
            raise FormatError(f"the file of {self.size} bytes ends inside a field", offset=position)


class Known:
    """The fields of a message that a schema has; `unowned` are the others, which loaders pass over.

    Raises `FormatError` where a field that may stand once stands twice: protobuf merges the two, others take the last.
    """

    def __init__(
        self, wire: Wire, schema: Mapping[int, int], *, repeated: Collection[int] = (), within: Field | None = None
    ) -> None:
        self._wire, self._schema, self._repeated, self._within = wire, schema, repeated, within
        self._seen: set[int] = set()
        self._strange: list[Stretch] = []

    def __iter__(self) -> Iterator[Field]:
        for field in self._wire.message(within=self._within):
            number = field.number
            if self._schema.get(number) != field.wire:
                self._add(field)
                continue
            if number not in self._repeated and number in self._seen:
                raise FormatError(f"field {number} stands there twice and may stand there once", offset=field.start)
            self._seen.add(number)
            yield field

    def _add(self, field: Field) -> None:
        """Neighbours become one, so that no file makes a long list of short fields."""
        before = self._strange[-1] if self._strange else None
        if before and field.start - before.end <= _LONGEST_VARINT:
            self._strange[-1] = Stretch(before.begin, field.end)
        else:
            self._strange.append(Stretch(field.start, field.end))

    @property
    def unowned(self) -> tuple[Stretch, ...]:
        return tuple(self._strange)


def signed(value: int) -> int:
    """A varint as the int32 or int64 that its schema says it is."""
    return value - (1 << 64) if value >> 63 else value


def opening(head: Head, schema: dict[int, int], most: int = 64) -> tuple[Wire, dict[int, Field]] | None:
    """What recognition needs: the first field of each number among the first `most` of the file.

    `schema` maps field numbers to wire types. None where the bytes are no protobuf, begin with a field that the schema
    does not have, or give one of its numbers another wire type. Unknown fields may follow: loaders skip them.
    """
    first = head.data[0] if head.data else 0
    if first < 0x80 and schema.get(first >> 3) != first & 7:
        return None
    wire = Wire(head.source, head.limits, cut=True)
    found = inside(wire, None, schema, most)
    return None if found is None else (wire, found)


def inside(wire: Wire, within: Field | None, schema: dict[int, int], most: int = 16) -> dict[int, Field] | None:
    """As `opening`, for the message in the payload of `within`."""
    found: dict[int, Field] = {}
    try:
        for count, field in enumerate(wire.message(within=within), start=1):
            if schema.get(field.number, field.wire) != field.wire or (count == 1 and field.number not in schema):
                return None
            found.setdefault(field.number, field)
            if count >= most:
                break
    except FormatError:
        return None
    return found or None
