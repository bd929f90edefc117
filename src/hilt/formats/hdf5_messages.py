"""The header of one HDF5 object: its messages, and those of them that say what a dataset is.

Specification: "HDF5 File Format Specification Version 3.0", section IV.A (object headers, versions 1 and 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.errors import FormatError
from hilt.formats.hdf5_bytes import Fields, File
from hilt.formats.hdf5_heaps import LocalHeap

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT = 0x1, 0x2, 0x3, 0x6, 0x7, 0x8
FILTERS, ATTRIBUTE, _CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0xB, 0xC, 0x10, 0x11, 0x15

SHARED = 0x02
"""Flag of a message that lies elsewhere."""
_RANK = 32
"""H5S_MAX_RANK."""
_CLASSES = {2: "time", 4: "bitfield", 5: "opaque", 6: "compound", 7: "reference", 8: "enum", 10: "array", 11: "complex"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an object header; `shared` where its data only says where the message really lies."""

    type: int
    shared: bool
    fields: Fields


def messages(file: File, address: int) -> Iterator[Message]:
    """The messages of the object header at `address`, those of its continuation blocks included."""
    start = file.upto(address, 64)
    if start.data.startswith(b"OHDR"):
        start.expect(b"OHDR", 2)
        flags = start.number(1)
        start.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
        size = start.number(1 << (flags & 3))
        head, blocks = 6 if flags & 4 else 4, [(address + start.position, size)]
    else:
        version = start.number(1)
        if version != 1:
            raise FormatError(f"no object header: {start.data[:4]!r}", offset=start.offset)
        start.take(7)
        head, blocks = 8, [(address + 16, start.number(4))]
    while blocks:
        at, size = blocks.pop(0)
        for message in _block(file, at, size, head):
            if message.type == _CONTINUATION:
                following, length = message.fields.defined_address(), message.fields.length()
                if head < 8:
                    file.at(following, 4).expect(b"OCHK", None)
                    following, length = following + 4, length - 8
                blocks.append((following, length))
            else:
                yield message


def _block(file: File, at: int, size: int, head: int) -> Iterator[Message]:
    end = at + size
    while at + head <= end:
        file.count()
        fields = file.at(at, head)
        kind = fields.number(2 if head == 8 else 1)
        length, flags = fields.number(2), fields.number(1)
        if at + head + length > end:
            raise FormatError(f"a message of {length} bytes reaches past its block", offset=fields.offset)
        yield Message(type=kind, shared=bool(flags & SHARED), fields=file.at(at + head, length))
        at += head + length


def shape(fields: Fields) -> tuple[int, ...]:
    """The dimensions of a dataspace; none for a scalar, one of 0 for the null dataspace."""
    version, rank = fields.number(1), fields.number(1)
    if version not in {1, 2} or rank > _RANK:
        raise FormatError(f"a dataspace of version {version} and rank {rank}", offset=fields.offset)
    fields.take(1)
    if version == 1:
        fields.take(5)
    elif fields.number(1) == 2:
        return (0,)
    return tuple(fields.length() for _ in range(rank))


@dataclass(frozen=True, slots=True, kw_only=True)
class Datatype:
    """What one element is: its name as NumPy would say it, its size in bytes, and which of them comes first."""

    name: str
    size: int
    big_endian: bool = False


def datatype(fields: Fields) -> Datatype:
    """The type of the elements; the parts of compound types and the like are not looked at."""
    kind, bits, size = fields.number(1) & 15, fields.number(3), fields.number(4)
    name = _CLASSES.get(kind, f"class {kind}")
    if kind == 0:
        name = f"{'int' if bits & 8 else 'uint'}{8 * size}"
    elif kind == 1:
        fields.take(4)
        exponent = fields.take(2)[1]
        name = "bfloat16" if (size, exponent) == (2, 8) else f"float{8 * size}"
    elif kind == 3:
        name = "string"
    elif kind == 9:
        name = "variable string" if bits & 15 == 1 else "variable sequence"
    return Datatype(name=name, size=size, big_endian=kind in {0, 1} and bool(bits & 1))


def filters(fields: Fields) -> tuple[int, ...]:
    """The numbers of the filters that the chunks go through: 1 deflate, 2 shuffle, 3 Fletcher-32, 4 SZIP and so on."""
    version, count = fields.number(1), fields.number(1)
    if version == 1:
        fields.take(6)
    numbers = []
    for _ in range(count):
        number = fields.number(2)
        named = version == 1 or number >= 256
        name = fields.number(2) if named else 0
        fields.take(2)
        values = fields.number(2)
        fields.take((name + 7 & ~7 if version == 1 else name) + 4 * values)
        fields.take(4 if version == 1 and values % 2 else 0)
        numbers.append(number)
    return tuple(numbers)


def external_files(fields: Fields) -> tuple[str, ...]:
    """The names of the raw files in which the data of a dataset lie."""
    version = fields.number(1)
    if version != 1:
        raise FormatError(f"external data files of version {version}", offset=fields.offset)
    fields.take(5)
    used = fields.number(2)
    heap = LocalHeap(fields.file, fields.defined_address())
    names = []
    for _ in range(used):
        names.append(heap.text(fields.length()))
        fields.length()
        fields.length()
    return tuple(names)
