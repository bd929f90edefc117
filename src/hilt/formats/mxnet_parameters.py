"""Walks the arrays of an MXNet model (`.params`).

Source: MXNet 1.9, src/ndarray/ndarray.cc (NDArray::Save and ::Load, LegacyTShapeLoad). Little-endian: the magic 0x112, a
zero, the arrays, their names. An array is a magic of its version, its shape, its device, its type and its numbers, which
are passed over unread; a sparse array has the shape of what is stored before its own, and arrays of indexes behind.

What can bite: nothing: names, shapes and numbers. The graph beside it (`-symbol.json`) may name code.

What hilt cannot see: the numbers, and what was trained into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor

MAGIC = b"\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_INDEXES = {0: 0, 1: 1, 2: 2}
"""Arrays of indexes beside the numbers, by how an array is stored: dense, by rows, by compressed rows."""
_SIZES = {0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8, 7: 1, 12: 2}


class Array(NamedTuple):
    """A dense array: its type (mshadow/base.h, TypeFlag), its shape, and where its numbers begin."""

    kind: int
    shape: tuple[int, ...]
    begin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MxnetParameters:
    """The names of the arrays, and how many numbers they hold. `places` has None for an array that is not dense."""

    names: tuple[str, ...]
    arrays: int
    parameters: int
    places: tuple[Array | None, ...] = ()


def read(source: ByteSource, limits: Limits) -> MxnetParameters:
    """The arrays in `source`, walked to its last byte."""
    cursor = Cursor(source)
    if cursor.take(16, "the magic") != MAGIC:
        raise FormatError("the file does not begin as arrays of MXNet do", offset=0)
    arrays = _count(cursor, limits, "the arrays")
    found = [_array(cursor, limits) for _ in range(arrays)]
    names: list[str] = []
    for _ in range(_count(cursor, limits, "the names")):
        length = cursor.number("<Q", "a name")
        if length > limits.text_bytes:
            raise LimitExceeded("text_bytes", length, limits.text_bytes, offset=cursor.offset)
        names.append(cursor.take(length, "a name").decode("utf-8", "replace"))
    cursor.end("the names")
    if names and len(names) != arrays:
        raise FormatError(f"{len(names)} names for {arrays} arrays", offset=cursor.offset)
    return MxnetParameters(
        names=tuple(names),
        arrays=arrays,
        parameters=sum(count for count, _ in found),
        places=tuple(place for _, place in found),
    )


def _array(cursor: Cursor, limits: Limits) -> tuple[int, Array | None]:
    """How many numbers an array holds, and where they are; the cursor goes behind them."""
    version = cursor.number("<I", "an array")
    storage = cursor.number("<i", "the storage of an array") if version in (_V2, _V3) else 0
    if storage not in _INDEXES:
        raise FormatError(f"storage {storage} is not known", offset=cursor.offset - 4)
    stored = _shape(cursor, limits, version) if storage else None
    shape = _shape(cursor, limits, version)
    if shape is None:  # an array that was never filled
        return 0, None
    _, _, kind = cursor.unpack("<iii", "the device and the type of an array")
    indexes = [
        (cursor.number("<i", "the type of indexes"), _shape(cursor, limits, version)) for _ in range(_INDEXES[storage])
    ]
    count = prod(stored or ()) if storage else prod(shape)
    place = None if storage else Array(kind, shape, cursor.offset)
    for each, numbers in ((kind, count), *((each, prod(inner or ())) for each, inner in indexes)):
        if each not in _SIZES:
            raise FormatError(f"type {each} is not known", offset=cursor.offset - 4)
        cursor.skip(numbers * _SIZES[each], "an array")
    return count, place


def _shape(cursor: Cursor, limits: Limits, version: int) -> tuple[int, ...] | None:
    """A shape; None for that of an array without numbers. In the oldest files its rank stands for the version."""
    rank = cursor.number("<i", "the shape of an array") if version in (_V1, _V2, _V3) else version
    if not -1 <= rank <= limits.graph_tensor_rank:
        raise LimitExceeded("graph_tensor_rank", rank, limits.graph_tensor_rank, offset=cursor.offset)
    if rank < 0 or (rank == 0 and version != _V3):
        return None
    return cursor.unpack(f"<{rank}{'Q' if version in (_V1, _V2, _V3) else 'I'}", "the shape of an array")


def _count(cursor: Cursor, limits: Limits, what: str) -> int:
    count = cursor.number("<Q", what)
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset)
    return count
