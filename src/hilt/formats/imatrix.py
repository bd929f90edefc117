"""Walks an importance matrix of llama.cpp (`imatrix.dat`, `*.imatrix`), which stands beside many quantised models.

Source: llama.cpp before July 2025, examples/imatrix/imatrix.cpp (save_imatrix, load_imatrix). All little-endian: the number of
tensors; for each the length of its name, the name, how often it was called, how many numbers follow, and those as 32-bit
floats; then, in files since 2024, the number of chunks and the name of the text that they were made from. Newer ones are GGUF
files.

What can bite: nothing: names and numbers that a quantiser weighs weights with.

What hilt cannot see: whether the numbers make the quantised model behave otherwise than the original.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_NAME = re.compile(rb"[\w.:/()-]+")
_LONGEST = 512
"""Bytes of a name; those of tensors have at most 64, those of texts are paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imatrix:
    """The tensors that the matrix speaks of, and the name of the text that it was made from."""

    tensors: tuple[str, ...]
    made_from: str


def probe(head: Head) -> bool:
    data = head.data
    if len(data) < 17:
        return False
    count, length = struct.unpack_from("<ii", data)
    if not (0 < count <= head.limits.header_entries and 0 < length <= _LONGEST and 16 + length <= len(data)):
        return False
    calls, numbers = struct.unpack_from("<ii", data, 8 + length)
    fits = 0 < numbers <= (head.source.size - 16 - length) // 4
    return calls >= 0 and fits and _NAME.fullmatch(data, 8, 8 + length) is not None


def read(source: ByteSource, limits: Limits) -> Imatrix:
    """The names in `source`, walked to its last byte."""
    cursor = Cursor(source)
    count = cursor.number("<i", "the number of tensors")
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=0)
    if count < 1:
        raise FormatError(f"{count} tensors", offset=0)
    tensors = []
    for _ in range(count):
        name = _text(cursor, "the name of a tensor")
        if _NAME.fullmatch(name) is None:
            raise FormatError(f"{name[:64]!r} is no name of a tensor", offset=cursor.offset - len(name))
        tensors.append(name.decode("ascii", "replace"))
        calls, numbers = cursor.unpack("<ii", "the numbers of a tensor")
        if calls < 0 or numbers < 1:
            raise FormatError(f"{calls} calls and {numbers} numbers", offset=cursor.offset - 8)
        cursor.skip(4 * numbers, "the numbers of a tensor")
    made_from = ""
    if cursor.left:
        cursor.number("<i", "the number of chunks")
        made_from = _text(cursor, "the name of the text").decode("utf-8", "replace")
    cursor.end("the matrix")
    return Imatrix(tensors=tuple(tensors), made_from=made_from)


def _text(cursor: Cursor, what: str) -> bytes:
    length = cursor.number("<i", what)
    if not 0 < length <= _LONGEST:
        raise FormatError(f"{what} has {length} bytes, at most {_LONGEST} are allowed", offset=cursor.offset - 4)
    return cursor.take(length, what)
