"""Reads the index of a TensorFlow checkpoint (`variables.index`): which tensor lies where in which data file.

Specification: tensor_bundle.proto of TensorFlow 2.20 and "LevelDB table format": a sorted table of blocks; its last 48
bytes point to the index block, whose entries point to the blocks with the entries. The empty key holds the header, each
other key a tensor's name. TensorFlow writes the blocks uncompressed.

What can bite: nothing names code: names, shapes and places of tensors. Of data files it gives the number only, so that
no path leads away.

What hilt cannot see: the numbers in the data files, which are known only where the index claims every byte of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, VARINT, Wire, signed
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

MAGIC = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
_FOOTER = 48
_TRAILER = 5
"""A block is followed by its compression and its checksum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A tensor: bytes [begin, end) of the data file number `shard`; `dtype` is a number of types.proto."""

    name: str
    shape: tuple[int, ...]
    shard: int
    begin: int
    end: int
    dtype: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorflowVariables:
    """The index of a checkpoint in `shards` data files; `unowned` are the bytes of the index that lie in no block."""

    shards: int
    variables: tuple[Variable, ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    size = head.source.size
    # The first key, which has none before it to share a start with, begins the file.
    return head.data.startswith(b"\0") and size >= _FOOTER and head.source.read(size - len(MAGIC), len(MAGIC)) == MAGIC


def read(source: ByteSource, limits: Limits) -> TensorflowVariables:
    """The index in `source`. Raises `FormatError` where it is no table of a checkpoint."""
    footer = source.read(max(0, source.size - _FOOTER), _FOOTER)
    if len(footer) < _FOOTER or not footer.endswith(MAGIC):
        raise FormatError("the file does not end like a table", offset=max(0, source.size - _FOOTER))
    meta, position = _handle(footer, 0)
    index, _ = _handle(footer, position)
    blocks = [meta, index]
    shards, variables, total = 0, list[Variable](), 0
    for _, value in _entries(source, index, limits):
        place, _ = _handle(value, 0)
        blocks.append(place)
        if len(blocks) > limits.graph_items:
            raise LimitExceeded("graph_items", len(blocks), limits.graph_items, offset=place[0])
        for key, entry in _entries(source, place, limits):
            # A short block can spell out many long keys, each from the one before.
            total += len(key) + len(entry)
            if total > limits.graph_text_bytes:
                raise LimitExceeded("graph_text_bytes", total, limits.graph_text_bytes, offset=place[0])
            if key:
                variables.append(_variable(key, entry, limits))
            else:
                shards = next((f.value for f in Wire(MemorySource(entry), limits).message() if f.key == (1, VARINT)), 0)
            if len(variables) > limits.graph_items:
                raise LimitExceeded("graph_items", len(variables), limits.graph_items, offset=place[0])
    parts = [(offset, offset + size + _TRAILER) for offset, size in blocks]
    return TensorflowVariables(
        shards=shards,
        variables=tuple(variables),
        unowned=unowned([*parts, (source.size - _FOOTER, source.size)], source.size),
    )


def _variable(key: bytes, entry: bytes, limits: Limits) -> Variable:
    wire, shape, numbers = Wire(MemorySource(entry), limits), list[int](), {1: 0, 3: 0, 4: 0, 5: 0}
    for field in wire.message():
        if field.key == (2, BYTES):
            for dimension in wire.message(within=field):
                if dimension.key == (2, BYTES):
                    sizes = [part.value for part in wire.message(within=dimension) if part.key == (1, VARINT)]
                    shape.append(signed(sizes[-1]) if sizes else 0)
        elif field.wire == VARINT and field.number in numbers:
            numbers[field.number] = field.value
    return Variable(
        name=key.decode("utf-8", "surrogateescape"),
        shape=tuple(shape),
        shard=numbers[3],
        begin=numbers[4],
        end=numbers[4] + numbers[5],
        dtype=numbers[1],
    )


def _entries(source: ByteSource, place: tuple[int, int], limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of the block at (offset, size)."""
    offset, size = place
    if size > limits.graph_text_bytes:
        raise LimitExceeded("graph_text_bytes", size, limits.graph_text_bytes, offset=offset)
    block = source.read(offset, size + _TRAILER)
    if len(block) < size + _TRAILER or size < 4:
        raise FormatError(f"a block of {size} bytes does not lie in a file of {source.size} bytes", offset=offset)
    if block[size]:
        raise FormatError(f"a block has compression {block[size]}, TensorFlow writes none", offset=offset + size)
    (restarts,) = struct.unpack_from("<I", block, size - 4)
    end, position, key = size - 4 - 4 * restarts, 0, b""
    if end < 0:
        raise FormatError(f"a block of {size} bytes has {restarts} restarts", offset=offset)
    while position < end:
        shared, position = _varint(block, position)
        added, position = _varint(block, position)
        length, position = _varint(block, position)
        if shared > len(key) or position + added + length > end:
            raise FormatError("an entry reaches past the end of its block", offset=offset + position)
        key = key[:shared] + block[position : position + added]
        yield key, block[position + added : position + added + length]
        position += added + length


def _handle(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    """The (offset, size) of a block, and where the handle ends."""
    offset, position = _varint(data, position)
    size, position = _varint(data, position)
    return (offset, size), position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(data[position : position + 10]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, position + shift + 1
    raise FormatError("a number of the table does not end")
