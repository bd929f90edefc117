"""The links of an HDF5 group, and the attributes of an object, in all the ways in which they are stored.

Specification: "HDF5 File Format Specification Version 3.0", sections III.B and III.C (old groups), IV.A.2.c, g, m, v
(link info, link, attribute, attribute info messages).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.errors import FormatError
from hilt.formats.hdf5_bytes import Fields, File
from hilt.formats.hdf5_heaps import FractalHeap, LocalHeap, btree1_leaves, btree2_records, global_object
from hilt.formats.hdf5_messages import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    DATATYPE,
    LINK,
    LINK_INFO,
    SHARED,
    SYMBOL_TABLE,
    Datatype,
    Message,
    datatype,
    messages,
    shape,
)

_LINK_NAMES, _ATTRIBUTE_NAMES = 5, 8
"""Types of version 2 B-trees."""


class Unseen(FormatError):
    """Part of the file is stored in a way that this reader does not follow; the rest can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One name in a group: of an object at `address`, or of a `target`, in another `file` where that is not empty."""

    name: str
    kind: str
    address: int | None = None
    file: str = ""
    target: str = ""


def links(file: File, message: Message) -> Iterator[Link]:
    """The links that a message of a group's header holds or leads to."""
    if message.type == SYMBOL_TABLE:
        yield from _symbols(file, message.fields)
    elif message.type == LINK:
        yield _link(message.fields)
    elif message.type == LINK_INFO:
        fields = message.fields
        flags = fields.take(2)[1]
        fields.take(8 if flags & 1 else 0)
        for found in _dense(file, fields, _LINK_NAMES):
            yield _link(found)


def _symbols(file: File, fields: Fields) -> Iterator[Link]:
    tree, heap = fields.defined_address(), LocalHeap(file, fields.defined_address())
    entry = 2 * file.offset_size + 24
    for leaf in btree1_leaves(file, tree):
        node = file.at(leaf, 8)
        node.expect(b"SNOD", 1)
        node.take(1)
        count = node.number(2)
        body = file.at(leaf + 8, count * entry)
        for _ in range(count):
            file.count()
            name, address = heap.text(body.number(file.offset_size)), body.address()
            cache = body.number(4)
            body.take(4)
            scratch = body.fields(16)
            if cache == 2:
                yield Link(name=name, kind="soft", target=heap.text(scratch.number(4)))
            else:
                yield Link(name=name, kind="hard", address=address)


def _link(fields: Fields) -> Link:
    version, flags = fields.number(1), fields.number(1)
    if version != 1:
        raise FormatError(f"a link of version {version}", offset=fields.offset)
    kind = fields.number(1) if flags & 8 else 0
    fields.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = fields.file.held(fields.take(fields.number(1 << (flags & 3))))
    if kind == 0:
        return Link(name=name, kind="hard", address=fields.address())
    value = fields.fields(fields.number(2))
    if kind == 1:
        return Link(name=name, kind="soft", target=value.text())
    if kind == 64:
        value.take(1)
        return Link(name=name, kind="external", file=value.text(), target=value.text())
    return Link(name=name, kind=f"user-defined {kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute; `value` is None where it is no single string."""

    name: str
    dtype: str
    value: str | None


def attributes(file: File, message: Message) -> Iterator[Attribute]:
    """The attributes that a message of an object's header holds or leads to."""
    if message.type == ATTRIBUTE:
        if message.shared:
            raise Unseen("an attribute is stored as a shared message", offset=message.fields.offset)
        yield _attribute(file, message.fields)
    elif message.type == ATTRIBUTE_INFO:
        fields = message.fields
        flags = fields.take(2)[1]
        fields.take(2 if flags & 1 else 0)
        for found in _dense(file, fields, _ATTRIBUTE_NAMES):
            yield _attribute(file, found)


def _attribute(file: File, fields: Fields) -> Attribute:
    version, flags = fields.number(1), fields.number(1)
    if version not in {1, 2, 3}:
        raise FormatError(f"an attribute of version {version}", offset=fields.offset)
    name_size, type_size, space_size = (fields.number(2) for _ in range(3))
    fields.take(1 if version == 3 else 0)
    pad = 7 if version == 1 else 0
    name = fields.fields(name_size + pad & ~pad).text()
    type_fields = fields.fields(type_size + pad & ~pad)
    space_fields = fields.fields(space_size + pad & ~pad)
    if version > 1 and flags & 2:
        raise Unseen(f"the shape of attribute {name!r} is stored as a shared message", offset=fields.offset)
    kind = _committed(file, type_fields, name) if version > 1 and flags & 1 else datatype(type_fields)
    dimensions = shape(space_fields)
    single = all(size == 1 for size in dimensions)
    return Attribute(name=name, dtype=kind.name, value=_string(file, kind, fields) if single else None)


def _string(file: File, kind: Datatype, fields: Fields) -> str | None:
    if kind.name == "string":
        return file.held(fields.take(kind.size).rstrip(b"\0"))
    if kind.name == "variable string":
        length, address, index = fields.number(4), fields.address(), fields.number(4)
        if address is None or length == 0 or index == 0:
            return ""
        return file.held(global_object(file, address, index).take(length).rstrip(b"\0"))
    return None


def _committed(file: File, fields: Fields, name: str) -> Datatype:
    """A type that is an object of its own, and that the attribute refers to."""
    version, kind = fields.number(1), fields.number(1)
    if version == 1:
        fields.take(6)
    if version == 3 and kind == 1:
        raise Unseen(f"the type of attribute {name!r} is stored as a shared message", offset=fields.offset)
    for message in messages(file, fields.defined_address()):
        if message.type == DATATYPE and not message.shared:
            return datatype(message.fields)
    raise FormatError(f"the type of attribute {name!r} is missing", offset=fields.offset)


def _dense(file: File, fields: Fields, kind: int) -> Iterator[Fields]:
    """The messages in the fractal heap to which a link info or attribute info leads; none where it is undefined."""
    heap_address, tree = fields.address(), fields.address()
    if heap_address is None or tree is None:
        return
    heap = FractalHeap(file, heap_address)
    if heap.filtered:
        raise Unseen("links or attributes lie in a compressed heap", offset=fields.offset)
    for record in btree2_records(file, tree, kind):
        if kind == _LINK_NAMES:
            record.take(4)
            yield heap.object(record)
        else:
            found = heap.object(record)
            if record.number(1) & SHARED:
                raise Unseen("an attribute is stored as a shared message", offset=record.offset)
            yield found
