"""Reads the structure of an HDF5 file: its groups, links and datasets and the attributes of its root; no values.

Specification: "HDF5 File Format Specification Version 3.0", The HDF Group. `hdf5_bytes` holds the superblock,
`hdf5_messages` the headers of objects, `hdf5_links` groups and attributes, `hdf5_heaps` what these lie in.

What can bite: the library follows external links, raw files and virtual datasets to any file of the machine without a
question, and loads native code for filters that it does not have.

What hilt cannot see: the values; objects that only a reference among the values leads to; lists of links that are
stored compressed, which the coverage says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TypeVar

from hilt.core.byte_source import ByteSource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import hdf5_messages as message_types
from hilt.formats.hdf5_bytes import SIGNATURE, File, signature_offset
from hilt.formats.hdf5_layout import Place, layout
from hilt.formats.hdf5_links import Attribute, Link, Unseen, attributes, links
from hilt.formats.hdf5_messages import Datatype, Message, datatype, external_files, filters, messages, shape
from hilt.formats.hdf5_virtual import sources
from hilt.formats.reader import Head

T = TypeVar("T")
_LINKS = {message_types.SYMBOL_TABLE, message_types.LINK, message_types.LINK_INFO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset: what it is, and where its values lie; `place` is None where they lie outside or cannot be told.

    `raw_files` names the files outside that hold the values, `virtual` those from which a virtual dataset takes them.
    """

    path: str
    dtype: str
    shape: tuple[int, ...]
    layout: str
    filters: tuple[int, ...] = ()
    raw_files: tuple[str, ...] = ()
    virtual: tuple[str, ...] = ()
    big_endian: bool = False
    place: Place | None = None

    @property
    def parameters(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLink:
    """A link that is no plain name of an object: soft, external or user-defined; `file` is empty but for external."""

    path: str
    kind: str
    file: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hdf5:
    """The structure of a file.

    `attributes` are those of the root group. `user_block` is the number of bytes before the signature, `end` where the
    superblock says that the file ends. `unseen` says what is stored in a way that was not followed.
    """

    datasets: tuple[Dataset, ...]
    links: tuple[NamedLink, ...]
    attributes: tuple[Attribute, ...]
    unseen: tuple[str, ...]
    user_block: int
    end: int
    size: int

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the root group; None where it is missing or no single string."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


def probe(head: Head) -> bool:
    """The signature at the start; behind a user block only under a name that HDF5 goes by.

    Whatever stands in front of it may be a file of its own, so that other readers come first under other names.
    """
    if head.data.startswith(SIGNATURE):
        return True
    named = head.name.lower().endswith((".h5", ".hdf5", ".hdf", ".mat", ".nc", ".keras"))
    return named and signature_offset(head.source) is not None


def read(source: ByteSource, limits: Limits) -> Hdf5:
    """The structure of `source`. Raises `FormatError` where it cannot be followed."""
    file = File(source, limits)
    walk = _Walk(file)
    walk.run()
    return Hdf5(
        datasets=tuple(walk.datasets),
        links=tuple(walk.links),
        attributes=tuple(walk.attributes),
        unseen=tuple(walk.unseen),
        user_block=file.superblock,
        end=file.end,
        size=source.size,
    )


def root_attributes(source: ByteSource, limits: Limits) -> tuple[Attribute, ...]:
    """The attributes of the root group, without a look at anything else."""
    file = File(source, limits)
    walk = _Walk(file)
    for message in messages(file, file.root):
        walk.attributes.extend(walk.seen(attributes(file, message), "/"))
    return tuple(walk.attributes)


class _Walk:
    """Visits every object that hard links lead to, each once."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.datasets: list[Dataset] = []
        self.links: list[NamedLink] = []
        self.attributes: list[Attribute] = []
        self.unseen: list[str] = []
        self._entries = 0

    def run(self) -> None:
        visited = {self.file.root}
        todo = [("", self.file.root, 0)]
        while todo:
            path, address, depth = todo.pop()
            for link in self._object(path, address):
                below = f"{path}/{link.name}"
                self.file.hold(len(below))
                if link.kind != "hard":
                    self.links.append(NamedLink(path=below, kind=link.kind, file=link.file, target=link.target))
                elif link.address is not None and link.address not in visited:
                    if depth >= self.file.limits.depth:
                        raise LimitExceeded("depth", depth + 1, self.file.limits.depth, offset=link.address)
                    visited.add(link.address)
                    todo.append((below, link.address, depth + 1))

    def seen(self, found: Iterator[T], path: str) -> Iterator[T]:
        """What is found, until something is stored in a way that is not followed."""
        try:
            for item in found:
                self._entries += 1
                if self._entries > self.file.limits.header_entries:
                    raise LimitExceeded("header_entries", self._entries, self.file.limits.header_entries)
                yield item
        except Unseen as unseen:
            self.unseen.append(f"{path}: {unseen}")

    def _object(self, path: str, address: int) -> list[Link]:
        """The links of a group; a dataset is kept."""
        parts: dict[int, Message] = {}
        found: list[Link] = []
        for message in messages(self.file, address):
            if message.type in _LINKS:
                found.extend(self.seen(links(self.file, message), path or "/"))
            elif not path:
                self.attributes.extend(self.seen(attributes(self.file, message), "/"))
            parts.setdefault(message.type, message)
        if message_types.LAYOUT in parts:
            self.datasets.append(self._dataset(path, parts))
        return found

    def _dataset(self, path: str, parts: dict[int, Message]) -> Dataset:
        what = parts.get(message_types.DATATYPE)
        space = parts.get(message_types.DATASPACE)
        through = parts.get(message_types.FILTERS)
        raw = parts.get(message_types.EXTERNAL_FILES)
        kind = Datatype(name="committed", size=0) if what is None or what.shared else datatype(what.fields)
        where, place, listed = layout(parts[message_types.LAYOUT].fields)
        virtual: tuple[str, ...] = ()
        if listed is not None:
            try:
                virtual = sources(self.file, *listed)
            except Unseen as unseen:
                self.unseen.append(f"{path}: {unseen}")
        return Dataset(
            path=path,
            dtype=kind.name,
            shape=() if space is None or space.shared else shape(space.fields),
            layout=where,
            filters=() if through is None or through.shared else filters(through.fields),
            raw_files=() if raw is None else external_files(raw.fields),
            virtual=virtual,
            big_endian=kind.big_endian,
            place=None if raw or (through and through.shared) else place,
        )
