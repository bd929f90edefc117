"""Reads the headers of a Core ML weight file (`weight.bin` of an mlpackage); never the numbers.

Specification: "MIL blob storage" of coremltools 8, StorageFormat.hpp: 64 bytes with a count and version 2, then for each
blob 64 bytes beginning with 0xDEADBEEF, its type, size and the offset of its data; everything aligned to 64 bytes.

What can bite: nothing: numbers behind headers, which name no code and no file.

What hilt cannot see: the numbers, and what was trained into them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

_SENTINEL = 0xDEADBEEF
_ALIGNED = 64
_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A blob: its header at `offset`, its numbers in the bytes [begin, end)."""

    dtype: int
    offset: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMlWeights:
    """The blobs of a file, in order, and the bytes that belong to none; what fills up to the next header is not told."""

    blobs: tuple[Blob, ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    """Is the rest of the first 64 bytes, which is reserved, empty?"""
    return head.data[4:_ALIGNED] == struct.pack("<I", _VERSION) + bytes(_ALIGNED - 8)


def read(source: ByteSource, limits: Limits) -> CoreMlWeights:
    """The headers in `source`. Raises `FormatError` where a header is missing or its data lies outside."""
    count, version = struct.unpack("<II", _exactly(source, 0, 8))
    if version != _VERSION:
        raise FormatError(f"version {version} of the blob storage is not known", offset=4)
    if count > limits.graph_items:
        raise LimitExceeded("graph_items", count, limits.graph_items, offset=0)
    blobs, position = list[Blob](), _ALIGNED
    for _ in range(count):
        sentinel, dtype, size, begin = struct.unpack("<IIQQ", _exactly(source, position, 24))
        if sentinel != _SENTINEL:
            raise FormatError(f"a blob header begins with {sentinel:#x}", offset=position)
        if begin < position + _ALIGNED or begin + size > source.size:
            raise FormatError(f"a blob of {size} bytes at {begin} does not lie behind its header", offset=position)
        blobs.append(Blob(dtype=dtype, offset=position, begin=begin, end=begin + size))
        position = _aligned(begin + size)
    parts = [(0, _ALIGNED), *((blob.offset, blob.offset + _ALIGNED) for blob in blobs)]
    parts += [(blob.begin, _aligned(blob.end)) for blob in blobs]
    return CoreMlWeights(blobs=tuple(blobs), unowned=unowned(parts, source.size))


def _aligned(position: int) -> int:
    return -(-position // _ALIGNED) * _ALIGNED


def _exactly(source: ByteSource, offset: int, n: int) -> bytes:
    data = source.read(offset, n)
    if len(data) != n:
        raise FormatError(f"the file ends after {source.size} bytes, inside a header", offset=offset)
    return data
