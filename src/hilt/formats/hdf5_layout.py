"""Where the values of an HDF5 dataset lie, and the chunks of those that are stored in pieces; never the values.

Specification: "HDF5 File Format Specification Version 3.0", sections IV.A.2.i (data layout message, versions 1 to 5) and
III.A.1 (version 1 B-trees, of chunks). Of the indexes of newer files those of a single chunk and of none are followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from hilt.core.errors import FormatError
from hilt.formats.hdf5_bytes import Fields, File

LAYOUTS = {0: "compact", 1: "contiguous", 2: "chunked", 3: "virtual"}
_INDEXES = {1: "single", 2: "implicit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`begin` is where the values begin in the file, of a dataset in chunks the address of their index; None where
    nothing was written yet.

    `index` says how the chunks, each of the shape `chunk`, are found: by a tree, as a single one, one behind the other
    (implicit); it is empty where they are listed in a way that hilt does not follow.
    """

    begin: int | None
    size: int = 0
    chunk: tuple[int, ...] = ()
    index: str = ""
    passed_over: int = 0
    """Bits of the filters that a single chunk does not go through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk: the indexes of its first element, and the bytes [begin, begin + size) that hold it."""

    at: tuple[int, ...]
    begin: int
    size: int
    passed_over: int = 0


def layout(fields: Fields) -> tuple[str, Place | None, tuple[int, int] | None]:
    """How the data lie, where, and for a virtual dataset the (address, index) of its list of sources."""
    version = fields.number(1)
    rank = fields.number(1) if version in {1, 2} else 0
    kind = fields.number(1)
    if kind not in LAYOUTS or version not in {1, 2, 3, 4, 5}:
        raise FormatError(f"a data layout of version {version} and class {kind}", offset=fields.offset)
    if kind == 3:
        return LAYOUTS[kind], None, (fields.defined_address(), fields.number(4))
    try:
        place = _old(fields, kind, rank) if version < 3 else _new(fields, version, kind)
    except FormatError:  # of a message that ends too soon the structure can be told all the same
        place = None
    return LAYOUTS[kind], place, None


def _old(fields: Fields, kind: int, rank: int) -> Place:
    fields.take(5)
    address = None if kind == 0 else _absolute(fields)
    sizes = tuple(fields.number(4) for _ in range(rank))
    if kind == 0:
        size = fields.number(4)
        return Place(begin=fields.offset + fields.position, size=size)
    return Place(begin=address, size=prod(sizes)) if kind == 1 else _tree(address, sizes)


def _new(fields: Fields, version: int, kind: int) -> Place | None:
    if kind == 0:
        size = fields.number(2)
        return Place(begin=fields.offset + fields.position, size=size)
    if kind == 1:
        return Place(begin=_absolute(fields), size=fields.length())
    if version == 3:
        rank, address = fields.number(1), _absolute(fields)
        return _tree(address, tuple(fields.number(4) for _ in range(rank)))
    flags, rank, width = fields.number(1), fields.number(1), fields.number(1)
    chunk = tuple(fields.number(width) for _ in range(rank))[:-1]
    index, size, passed_over = _INDEXES.get(fields.number(1), ""), 0, 0
    if index == "single" and flags & 2:
        size, passed_over = fields.length(), fields.number(4)
    if not index:
        return Place(begin=None, chunk=chunk)
    return Place(begin=_absolute(fields), size=size, chunk=chunk, index=index, passed_over=passed_over)


def _absolute(fields: Fields) -> int | None:
    address = fields.address()
    return None if address is None else fields.file.base + address


def _tree(begin: int | None, sizes: tuple[int, ...]) -> Place:
    """The last of the sizes is that of an element."""
    return Place(begin=begin, chunk=sizes[:-1], index="tree")


def chunks(file: File, place: Place, shape: tuple[int, ...], element: int, rows: tuple[int, int]) -> Iterator[Chunk]:
    """The chunks of a dataset that hold some of the rows [begin, end) of its first dimension."""
    if place.begin is None:
        return
    if place.index == "tree":
        yield from _chunks_of_tree(file, place, rows)
    elif place.index == "single":
        whole = Chunk(at=(0,) * len(shape), begin=place.begin, size=place.size, passed_over=place.passed_over)
        yield whole if place.size else replace(whole, size=prod(place.chunk) * element)
    else:
        size = prod(place.chunk) * element
        counts = [-(-length // each) for length, each in zip(shape, place.chunk, strict=True)]
        first, last = rows[0] // place.chunk[0], -(-rows[1] // place.chunk[0])
        for at in product(range(first, last), *map(range, counts[1:])):
            file.count()
            number = 0
            for index, count in zip(at, counts, strict=True):
                number = number * count + index
            corner = tuple(index * each for index, each in zip(at, place.chunk, strict=True))
            yield Chunk(at=corner, begin=place.begin + number * size, size=size)


def _chunks_of_tree(file: File, place: Place, rows: tuple[int, int]) -> Iterator[Chunk]:
    """Keys are sorted, so that nodes without such rows are passed over."""
    todo: list[tuple[int, int | None]] = [((place.begin or 0) - file.base, None)]
    key = 8 + 8 * (len(place.chunk) + 1)
    while todo:
        address, expected = todo.pop()
        header = file.at(address, 8 + 2 * file.offset_size)
        header.expect(b"TREE", None)
        kind, level, used = header.number(1), header.number(1), header.number(2)
        if kind != 1 or (expected is not None and level != expected):
            raise FormatError(f"a B-tree node of type {kind} on level {level}", offset=header.offset)
        body = file.at(address + header.position + 2 * file.offset_size, used * (key + file.offset_size) + key)
        entries = []
        for _ in range(used):
            file.count()
            size, mask = body.number(4), body.number(4)
            at = tuple(body.number(8) for _ in range(len(place.chunk) + 1))[:-1]
            entries.append((size, mask, at, body.defined_address()))
        ends = [at[0] + 1 for _, _, at, _ in entries[1:]] + [rows[1]]
        below = []
        for (size, mask, at, child), end in zip(entries, ends, strict=True):
            if at[0] >= rows[1] or max(at[0] + 1, end) + place.chunk[0] <= rows[0]:
                continue
            if level:
                below.append((child, level - 1))
            elif at[0] + place.chunk[0] > rows[0]:
                yield Chunk(at=at, begin=file.base + child, size=size, passed_over=mask)
        todo.extend(reversed(below))
