"""Walks the files of an OCDBT database, in which Orbax keeps checkpoints: the manifest, and files of nodes and values.

Specification: TensorStore, "OCDBT database format": a manifest, a node of the B+tree or of the version tree is a magic number
(big-endian), its length (8 bytes, little-endian), a version, a compression, the body, and the CRC-32C of all that. Values of arrays
(chunks of Zarr) stand without any frame before the nodes that point to them.

What can bite: nothing by itself: its values are numbers and the metadata of Zarr, which TensorStore decodes without any code.

What hilt cannot see: what is in compressed nodes and in the values before them, and whether nodes point at all of them: the
places of values stand in the nodes alone, so that bytes among them that belong to none are not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import MIB, Limits
from hilt.formats.crc32c import crc32c
from hilt.formats.reader import Head

MANIFEST, NODE, VERSIONS = b"\x0c\xdb\x3a\x2a", b"\x0c\xdb\x20\xde", b"\x0c\xdb\x12\x34"
_NAME = re.compile(r"[0-9a-f]{32}")
"""What TensorStore calls files of nodes and values."""
_SMALLEST = 18
_CHECKED = 1 * MIB
"""Bytes from the end of the file in which its last node is looked for, and of the first nodes whose checksums are computed."""
_TRIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocdbt:
    """What the file holds: `manifest`, `nodes` or `values`; how many bytes of values stand before its last nodes."""

    kind: str
    nodes: int
    value_bytes: int


def probe(head: Head) -> bool:
    """Begins with a manifest or a node; or bears the name of a file of values, and ends with a node."""
    if head.data[:4] in (MANIFEST, NODE, VERSIONS):
        return _ends(head.source, 0) is not None
    return _NAME.fullmatch(head.name) is not None and _last_node(head.source) is not None


def read(source: ByteSource, limits: Limits) -> Ocdbt:
    """The nodes of `source`, from the first of those that end it."""
    del limits
    kind = "manifest" if source.read(0, 4) == MANIFEST else "nodes"
    begin = 0 if _ends(source, 0) is not None else _last_node(source)
    if begin is None:
        raise FormatError("neither begins nor ends with a node of OCDBT", offset=0)
    position, nodes = begin, 0
    while position < source.size:
        end = _ends(source, position)
        if end is None:
            raise FormatError(f"{source.size - position} bytes behind node {nodes} are no node", offset=position)
        if end - begin <= _CHECKED:
            _check(source, position, end)
        position, nodes = end, nodes + 1
        if kind == "manifest" and position < source.size:
            raise FormatError(f"{source.size - position} bytes stand behind the manifest", offset=position)
    return Ocdbt(kind="values" if begin else kind, nodes=nodes, value_bytes=begin)


def _ends(source: ByteSource, position: int) -> int | None:
    """Where the node at `position` ends; None where none begins there."""
    start = source.read(position, 14)
    length = int.from_bytes(start[4:12], "little")
    known = start[:4] in (MANIFEST, NODE, VERSIONS) and start[12:13] == b"\0" and start[13:14] in (b"\0", b"\1")
    return position + length if known and _SMALLEST <= length <= source.size - position else None


def _last_node(source: ByteSource) -> int | None:
    """Where the node begins that ends the file."""
    start = max(0, source.size - _CHECKED)
    tail = source.read(start, _CHECKED)
    at = len(tail)
    for _ in range(_TRIES):
        at = tail.rfind(b"\x0c\xdb", 0, at)
        if at < 0:
            return None
        if _ends(source, start + at) == source.size:
            return start + at
    return None


def _check(source: ByteSource, begin: int, end: int) -> None:
    data = source.read(begin, end - begin)
    if crc32c(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise FormatError("a node of OCDBT does not have its checksum", offset=begin)
