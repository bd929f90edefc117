"""Walks the blocks of a `.DS_Store`, in which the Finder of macOS keeps how a folder is shown, and which is published by mistake.

Specification: none; Wim Lewis, DS_Store Format, and the Python package ds_store 1.3, buddy.py. Big-endian: a head that says
twice where the root block is, and in that the places of all blocks, each of a power of two, then the block of the tree of
records by its name DSDB, and the lists of free blocks. The places count from the fifth byte.

What can bite: nothing runs; it tells the names of files that lay beside, the deleted ones too, and paths of whoever made it.

What hilt cannot see: the records, and what stands in free blocks, where deleted records stay.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.stretches import Stretch, unowned

_BASE = 4
_HEAD = 36
_PLACES = 256
"""The places of blocks are filled up to a multiple of so many."""
_SIZES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DsStore:
    """How many blocks there are, and the bytes behind the last of them."""

    blocks: int
    unowned: tuple[Stretch, ...]


def read(source: ByteSource, limits: Limits) -> DsStore:
    """The blocks of `source`. Raises `FormatError` where one does not fit into it."""
    head = Cursor(source)
    head.skip(8, "the magic")
    root, size, again = head.unpack(">III", "the head")
    if root != again:
        raise FormatError(f"the root block is at {root} and at {again}", offset=8)
    if not _HEAD <= _BASE + root <= source.size - size:
        raise FormatError(f"the root block of {size} bytes at {root} does not fit", offset=8)
    cursor = Cursor(source, _BASE + root)
    blocks = _blocks(cursor, limits)
    _directory(cursor, blocks)
    for _ in range(_SIZES):
        cursor.skip(4 * cursor.number(">I", "a list of free blocks"), "a list of free blocks")
    if cursor.offset > _BASE + root + size:
        raise FormatError(f"the root block of {size} bytes holds more", offset=cursor.offset)
    ends = [_BASE + (place & ~31) + (1 << (place & 31)) for place in blocks if place]
    end = max([_BASE + root + size, *ends])
    if end > source.size:
        raise FormatError(f"a block ends at byte {end}, the file after {source.size}", offset=source.size)
    return DsStore(blocks=sum(place > 0 for place in blocks), unowned=unowned([(0, end)], source.size))


def _blocks(cursor: Cursor, limits: Limits) -> tuple[int, ...]:
    count, _ = cursor.unpack(">II", "the number of blocks")
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset - 8)
    places = cursor.unpack(f">{count}I", "the places of blocks")
    cursor.skip(4 * (-count % _PLACES), "the places of blocks")
    return places


def _directory(cursor: Cursor, blocks: tuple[int, ...]) -> None:
    """One name, of the tree of records."""
    count, length = cursor.unpack(">IB", "the directory")
    name = cursor.take(length, "the directory")
    number = cursor.number(">I", "the directory")
    if (count, name) != (1, b"DSDB") or number >= len(blocks) or not blocks[number]:
        raise FormatError(f"no tree of records, but {count} of {name!r} in block {number}", offset=cursor.offset)
