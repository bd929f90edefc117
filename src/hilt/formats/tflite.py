"""Reads what a TensorFlow Lite model says of its operators, graphs and buffers; never the numbers in the buffers.

Specification: schema.fbs of TensorFlow Lite (version 3, identifier TFL3), a FlatBuffer. Behind it buffers may be
appended, and a zip with the files that its metadata names.

What can bite: custom operators are native code of the publisher; operators of full TensorFlow (Flex) can reach files,
Python and the network; weights may lie in other files.

What hilt cannot see: what a custom operator's library does; what the graph computes; the numbers; bytes between the
tables that nothing leads to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import zip as plain
from hilt.formats.archive import Archive, Member
from hilt.formats.beginnings import ZIP_END, ZIP_REACH
from hilt.formats.flatbuffer import Flat
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned
from hilt.formats.zip_end import find_end

_VERSION = 3
_CUSTOM = 32
"""The builtin operator that stands for a custom one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A builtin operator by its number in the schema, or a custom one by its name."""

    builtin: int
    custom: str

    def __str__(self) -> str:
        return self.custom or f"builtin {self.builtin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tflite:
    """A model. `operators` counts nodes of each declared operator, 0 for one that is declared and not used.

    `inline_bytes` are the bytes of all buffers inside the FlatBuffer; `appended` are the (offset, size) of those behind
    it. `external_files` are the names of the files that hold further weights. `archive` is the zip behind, empty where
    there is none. `unowned` are the bytes behind the FlatBuffer that belong to neither.
    """

    version: int
    description: str
    operators: Mapping[Operator, int]
    subgraphs: int
    tensors: int
    buffers: int
    inline_bytes: int
    appended: tuple[tuple[int, int], ...]
    external_files: tuple[str, ...]
    metadata: tuple[str, ...]
    archive: Archive
    unowned: tuple[Stretch, ...]
    size: int

    @property
    def members(self) -> tuple[Member, ...]:
        return self.archive.members


def probe(head: Head) -> bool:
    flat = Flat(head.source, head.limits)
    try:
        model = flat.follow(0)
        return flat.number(model, 0, "<I") == _VERSION and flat.length(model, 1) > 0
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Tflite:
    """The model in `source`. Raises `FormatError` where an offset leads outside it."""
    flat = Flat(source, limits)
    model = flat.follow(0)
    declared = [_operator(flat, code) for code in flat.tables(model, 1)]
    used, subgraphs, tensors = Counter[Operator](dict.fromkeys(declared, 0)), 0, 0
    for subgraph in flat.tables(model, 2):
        subgraphs += 1
        tensors += flat.length(subgraph, 0)
        for node in flat.tables(subgraph, 3):
            index = flat.number(node, 0, "<I")
            if index >= len(declared):
                raise FormatError(f"a node has operator {index}, the model declares {len(declared)}", offset=node)
            used[declared[index]] += 1
    buffers, inline, appended = 0, 0, list[tuple[int, int]]()
    for buffer in flat.tables(model, 4):
        buffers += 1
        inline += flat.length(buffer, 0)
        if size := flat.number(buffer, 2, "<Q"):
            appended.append((flat.number(buffer, 1, "<Q"), size))
    version, description = flat.number(model, 0, "<I"), flat.text(model, 3)
    files = tuple(flat.text(group, 0) for group in flat.tables(model, 8))
    metadata = tuple(flat.text(entry, 0) for entry in flat.tables(model, 6))
    archive, begin = _behind(source, limits)
    # Writers begin at the end, with the codes of the operators or the buffers, which were all looked at.
    parts = [(0, flat.reach), *((begin, begin + size) for begin, size in appended), (begin, source.size)]
    return Tflite(
        version=version,
        description=description,
        operators=MappingProxyType(dict(used)),
        subgraphs=subgraphs,
        tensors=tensors,
        buffers=buffers,
        inline_bytes=inline,
        appended=tuple(appended),
        external_files=files,
        metadata=metadata,
        archive=archive,
        unowned=unowned(parts, source.size),
        size=source.size,
    )


def _behind(source: ByteSource, limits: Limits) -> tuple[Archive, int]:
    """The zip that ends the file, and where it begins; what stands before it is no oddity here."""
    if ZIP_END not in source.read(max(0, source.size - ZIP_REACH), ZIP_REACH):
        return Archive(members=()), source.size
    try:
        end, _ = find_end(source, limits)
        archive = plain.read(source, limits)
    except LimitExceeded:
        raise
    except FormatError:  # the numbers of a buffer, perhaps
        return Archive(members=()), source.size
    oddities = tuple(oddity for oddity in archive.oddities if oddity.id != "prefix")
    begin = min((member.offset for member in archive.members), default=end.directory)
    return Archive(members=archive.members, oddities=oddities), begin


open_member = plain.open_member


def _operator(flat: Flat, code: int) -> Operator:
    # Old files have the number in a byte, which is 127 in new files where the number does not fit.
    builtin = max(flat.number(code, 0, "<b"), flat.number(code, 3, "<i"))
    return Operator(builtin=builtin, custom=flat.text(code, 1) if builtin == _CUSTOM else "")
