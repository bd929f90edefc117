"""Walks a UBJSON document: the form in which XGBoost saves models since 2.1 (`.ubj`).

Specification: Universal Binary JSON, draft 12. Numbers are big-endian; a marker of one byte stands before each value,
and lists of one type (`[$d#`) hold their numbers without markers, which are passed over unread.

What can bite: nothing names code or files: parameters, names of XGBoost's own objectives, and trees. Trees whose
numbers lead outside of them may crash the C++ code that follows them.

What hilt cannot see: the texts and numbers below the outermost keys; what another program does by a document of its
own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_LENGTHS = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q"}
_FIXED = {b"Z": 0, b"T": 0, b"F": 0, b"i": 1, b"U": 1, b"C": 1, b"I": 2, b"l": 4, b"d": 4, b"L": 8, b"D": 8}
_OPEN = {b"[": b"]", b"{": b"}"}
_START = re.compile(rb"\{(?:[iU]|I\0|l\0\0\0|L\0{7})([\1-\x40])([A-Za-z_][A-Za-z0-9_.-]*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ubjson:
    """The keys of the outermost object, and the number of values in the document."""

    keys: tuple[str, ...]
    values: int


@dataclass(slots=True)
class _Open:
    """A list or an object that is not at its end: what closes it, or its type and how many values are to come."""

    closes: bytes
    type: bytes = b""
    left: int | None = None


def probe(head: Head) -> bool:
    found = _START.match(head.data)
    return found is not None and len(found[2]) >= found[1][0]


def read(source: ByteSource, limits: Limits) -> Ubjson:
    """The document in `source`, walked to its last byte."""
    cursor = Cursor(source)
    if cursor.take(1, "the document") != b"{":
        raise FormatError("the document is no object", offset=0)
    keys: list[str] = []
    values, inside = 1, [_opened(cursor, b"{")]
    while inside:
        here = inside[-1]
        if here.left == 0 or (here.left is None and cursor.peek(1) == here.closes):
            cursor.skip(0 if here.left == 0 else 1, "the end of a list")
            inside.pop()
            continue
        if here.left is None and cursor.peek(1) == b"N":  # no value at all; writers may pad with it
            cursor.skip(1, "padding")
            continue
        if here.closes == b"}":
            key = cursor.take(_length(cursor, limits), "a key")
            if len(inside) == 1:
                keys.append(key.decode("utf-8", "replace"))
        marker = here.type or cursor.take(1, "a value")
        here.left = here.left - 1 if here.left is not None else None
        values += 1
        if values > limits.header_entries:
            raise LimitExceeded("header_entries", values, limits.header_entries, offset=cursor.offset)
        if marker in _OPEN:
            inside.append(_opened(cursor, marker))
        elif marker in (b"S", b"H"):
            cursor.skip(_length(cursor, limits, large=True), "a string")
        elif marker in _FIXED:
            cursor.skip(_FIXED[marker], "a number")
        else:
            raise FormatError(f"{marker!r} marks no value", offset=cursor.offset)
        if len(inside) > limits.json_depth:
            raise LimitExceeded("json_depth", len(inside), limits.json_depth, offset=cursor.offset)
    cursor.end("the document")
    return Ubjson(keys=tuple(keys), values=values)


def _opened(cursor: Cursor, marker: bytes) -> _Open:
    """The list or object that begins behind `marker`; one of numbers of one type is passed over."""
    opened = _Open(_OPEN[marker])
    if cursor.peek(1) == b"$":
        opened.type = cursor.take(2, "the type of a list")[1:]
    if cursor.peek(1) == b"#":
        cursor.skip(1, "the length of a list")
        opened.left = _length(cursor, None, large=True)
    elif opened.type:
        raise FormatError("a type without a length", offset=cursor.offset)
    if opened.left and marker == b"[" and opened.type in _FIXED:
        cursor.skip(_FIXED[opened.type] * opened.left, "a list of numbers")
        opened.left = 0
    return opened


def _length(cursor: Cursor, limits: Limits | None, *, large: bool = False) -> int:
    marker = cursor.take(1, "a length")
    if marker not in _LENGTHS:
        raise FormatError(f"{marker!r} marks no length", offset=cursor.offset - 1)
    length = cursor.number(_LENGTHS[marker], "a length")
    if length < 0:
        raise FormatError(f"a length of {length}", offset=cursor.offset)
    if limits is not None and not large and length > limits.text_bytes:
        raise LimitExceeded("text_bytes", length, limits.text_bytes, offset=cursor.offset)
    return length
