"""The heaps and trees of an HDF5 file, where names, links and long attributes lie.

Specification: "HDF5 File Format Specification Version 3.0", sections III.A (B-trees), III.D to III.G (heaps).
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import FormatError
from hilt.formats.hdf5_bytes import Fields, File

_SHORT, _LONG = 256, 1 << 16
"""Bytes of a name that are read at first, and at most: a link message could hold no longer one."""
_TINY = 17
"""Longest heap id whose first byte alone gives the length of an object held in the id."""
_GLOBAL_OBJECTS = 1 << 16
"""Objects of one global heap collection; their index has 16 bits."""


class LocalHeap:
    """The names of an old-style group, or of external raw files."""

    def __init__(self, file: File, address: int) -> None:
        header = file.at(address, 8 + 2 * file.length_size + file.offset_size)
        header.expect(b"HEAP")
        header.take(3)
        self._size = header.length()
        header.length()
        self._file, self._data = file, header.defined_address()

    def text(self, offset: int) -> str:
        """The zero-terminated text at `offset`."""
        if offset >= self._size:
            raise FormatError(f"name at {offset} in a heap of {self._size} bytes", offset=self._data + offset)
        fields = self._file.upto(self._data + offset, min(self._size - offset, _SHORT))
        if b"\0" not in fields.data:
            fields = self._file.upto(self._data + offset, min(self._size - offset, _LONG))
        return fields.text()


def global_object(file: File, address: int, index: int) -> Fields:
    """The object `index` of the global heap collection at `address`."""
    header = file.at(address, 8 + file.length_size)
    header.expect(b"GCOL", 1)
    header.take(3)
    end, position = address + header.length(), address + header.position
    head = 8 + file.length_size
    for _ in range(_GLOBAL_OBJECTS):
        if position + head > end:
            break
        file.count()
        fields = file.at(position, head)
        found = fields.number(2)
        fields.take(6)
        size = fields.length()
        if found == index and index:
            return file.at(position + head, size)
        if found == 0:
            break
        position += head + (size + 7 & ~7)
    raise FormatError(f"the global heap has no object {index}", offset=file.base + address)


def btree1_leaves(file: File, address: int) -> Iterator[int]:
    """The addresses of the symbol table nodes below the version 1 B-tree at `address`."""
    todo: list[tuple[int, int | None]] = [(address, None)]
    while todo:
        at, expected = todo.pop()
        header = file.at(at, 8 + 2 * file.offset_size)
        header.expect(b"TREE", None)
        kind, level, used = header.number(1), header.number(1), header.number(2)
        if kind != 0 or (expected is not None and level != expected):
            raise FormatError(f"a B-tree node of type {kind} on level {level}", offset=file.base + at)
        pair = file.length_size + file.offset_size
        body = file.at(at + header.position + 2 * file.offset_size, used * pair)
        children = []
        for _ in range(used):
            file.count()
            body.length()
            children.append(body.defined_address())
        if level == 0:
            yield from children
        else:
            todo.extend((child, level - 1) for child in reversed(children))


def btree2_records(file: File, address: int, kind: int) -> Iterator[Fields]:
    """The records of the version 2 B-tree at `address`, which must be of type `kind`."""
    header = file.at(address, 16 + file.offset_size + 2 + file.length_size)
    header.expect(b"BTHD")
    if (found := header.number(1)) != kind:
        raise FormatError(f"a B-tree of type {found} where type {kind} belongs", offset=file.base + address)
    node_size, record_size, depth = header.number(4), header.number(2), header.number(2)
    header.take(2)
    root, root_records = header.address(), header.number(2)
    if root is None:
        return
    if record_size == 0 or node_size <= 10 + record_size:
        sizes = f"records of {record_size} bytes in nodes of {node_size}"
        raise FormatError(f"a B-tree of {sizes}", offset=file.base + address)
    pointers = _pointer_sizes(file, node_size, record_size, depth)
    todo = [(root, root_records, depth)]
    while todo:
        at, records, level = todo.pop()
        node = file.upto(at, node_size)
        node.expect(b"BTIN" if level else b"BTLF")
        node.take(1)
        for _ in range(records):
            file.count()
            yield node.fields(record_size)
        for _ in range(records + 1 if level else 0):
            file.count()
            child, count = node.defined_address(), node.number(pointers[0])
            node.take(pointers[level - 1] if level > 1 else 0)
            todo.append((child, count, level - 1))


def _pointer_sizes(file: File, node_size: int, record_size: int, depth: int) -> list[int]:
    """For each level above the leaves: the bytes of a count of records below; first that of records in one node."""
    most = below = (node_size - 10) // record_size
    sizes = [_bytes_for(most)]
    for level in range(1, depth):
        pointer = file.offset_size + sizes[0] + (sizes[level - 1] if level > 1 else 0)
        most = (node_size - 10 - pointer) // (record_size + pointer)
        below = (most + 1) * below + most
        if most < 1 or below.bit_length() > 64:
            raise FormatError(f"a B-tree of depth {depth} with nodes of {node_size} bytes")
        sizes.append(_bytes_for(below))
    return sizes


def _bytes_for(n: int) -> int:
    return (max(n, 1).bit_length() - 1) // 8 + 1


class FractalHeap:
    """A heap that holds the links or attributes of an object that has many."""

    def __init__(self, file: File, address: int) -> None:
        fields = file.at(address, 22 + 12 * file.length_size + 3 * file.offset_size)
        fields.expect(b"FRHP")
        self.id_bytes = fields.number(2)
        self.filtered = fields.number(2) > 0
        fields.take(1)
        most = fields.number(4)
        fields.length()
        self._huge = fields.address()
        fields.take(9 * file.length_size + file.offset_size)
        self._width = fields.number(2)
        self._start, self._largest = fields.length(), fields.length()
        bits = fields.number(2)
        fields.take(2)
        self._root, self._rows = fields.address(), fields.number(2)
        if not (self._width and self._start and self._largest >= self._start):
            raise FormatError("a fractal heap of blocks without a size", offset=file.base + address)
        self._file, self._offset_bytes = file, (bits + 7) // 8
        self._length_bytes = min((self._largest.bit_length() + 6) // 8, (max(most, 1).bit_length() + 6) // 8)

    def object(self, heap_id: Fields) -> Fields:
        """The bytes that an id of this heap stands for."""
        heap_id = heap_id.fields(self.id_bytes)
        first = heap_id.number(1)
        match first >> 4 & 3:
            case 0:
                offset, length = heap_id.number(self._offset_bytes), heap_id.number(self._length_bytes)
                return self._file.at(self._address(offset), length)
            case 1 if heap_id.left >= self._file.offset_size + self._file.length_size:
                return self._file.at(heap_id.defined_address(), heap_id.length())
            case 1 if self._huge is not None:
                return self._huge_object(self._huge, heap_id.number(min(heap_id.left, self._file.length_size)))
            case 2 if self.id_bytes <= _TINY:
                return heap_id.fields((first & 15) + 1)
        raise FormatError(f"a fractal heap id of the unknown kind {first:#x}", offset=heap_id.offset)

    def _huge_object(self, tree: int, wanted: int) -> Fields:
        for record in btree2_records(self._file, tree, 1):
            address, length = record.defined_address(), record.length()
            if record.length() == wanted:
                return self._file.at(address, length)
        raise FormatError(f"the fractal heap has no large object {wanted}")

    def _address(self, offset: int) -> int:
        """The address at which byte `offset` of the heap's space lies: down the indirect blocks to a direct one."""
        block, rows = self._root, self._rows
        row_bytes = self._width * self._start
        direct_rows = (self._largest // self._start).bit_length() + 1
        for _ in range(64):
            if block is None:
                break
            if rows == 0:
                return block + offset
            self._file.count()
            row = 0 if offset < row_bytes else (offset // row_bytes).bit_length()
            size = self._start << max(0, row - 1)
            if row >= rows:
                break
            column, offset = divmod(offset - (size * self._width if row else 0), size)
            entry = row * self._width + column
            at = 5 + self._file.offset_size * (1 + entry) + self._offset_bytes
            self._file.at(block, 4).expect(b"FHIB", None)
            block = self._file.at(block + at, self._file.offset_size).address()
            rows = 0 if row < direct_rows else (size // row_bytes).bit_length()
        raise FormatError(f"the fractal heap has no byte {offset}")
