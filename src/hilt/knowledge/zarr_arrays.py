"""Arrays of Zarr as their metadata describe them: which codecs they ask for, and which files hold their chunks.

Specification: Zarr storage specification 2 and core 3; numcodecs 0.16 for the names of codecs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hilt.core.byte_source import ByteSource
    from hilt.knowledge.siblings import Files

METADATA = (".zarray", "zarr.json")
"""The files that describe the array in whose folder they lie."""
PICKLE = frozenset(("pickle", "numcodecs.pickle"))
"""Codecs that load pickles."""

_NUMCODECS = """adler32 astype base64 bitround blosc bz2 categorize crc32 crc32c delta fixedscaleoffset fletcher32 gzip
    jenkins_lookup3 json2 lz4 lzma msgpack2 packbits pcodec quantize shuffle vlen-array vlen-bytes vlen-utf8 zfpy zlib
    zstd""".split()
CODECS = frozenset(
    (*_NUMCODECS, *(f"numcodecs.{name}" for name in _NUMCODECS), "bytes", "endian", "sharding_indexed", "transpose")
)
"""Codecs of Zarr, numcodecs and TensorStore, which only decode."""

_DTYPE = re.compile(r"[<>|]?[a-zA-Z](\d{1,4})")
_NAMED = re.compile(r"(?:bfloat|float|int|uint|complex)(\d{1,3})|bool")
_CHUNK = re.compile(r"(?:c/)?\d+(?:[./]\d+)*(?:!/[^/]+)?")
"""The path of a chunk from the array's folder, or of what was unpacked from it."""
_DEEP = 20


class Grid(NamedTuple):
    """The regular grid of an array: the bytes of one whole chunk, as it is before it is compressed, and its codecs."""

    chunk_bytes: int
    codecs: tuple[str, ...]


def codecs(table: dict[Any, Any]) -> Iterator[str]:
    """The names of the codecs that the metadata of one array ask for."""
    for key in ("compressor", "filters", "codecs"):
        yield from _named(table.get(key), 0)


def _named(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEP:
        return
    if isinstance(value, list):
        for item in value:
            yield from _named(item, depth + 1)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield str(value.get("id", value.get("name", "")))
        inner = value.get("configuration")
        if isinstance(inner, dict):
            yield from _named(inner.get("codecs"), depth + 1)
            yield from _named(inner.get("index_codecs"), depth + 1)


def grid(table: Any) -> Grid | None:
    """The grid of an array of numbers; None for anything else."""
    match table:
        case {"zarr_format": 2, "chunks": [*shape], "dtype": str(dtype)}:
            found = _DTYPE.fullmatch(dtype)
            item = int(found[1]) * (4 if "U" in dtype else 1) if found and "O" not in dtype else 0
            item = item or _named_bytes(dtype)
        case {
            "zarr_format": 3,
            "node_type": "array",
            "data_type": str(dtype),
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [*shape]}},
        }:
            item = _named_bytes(dtype)
        case _:
            return None
    if not item or not all(type(n) is int and n > 0 for n in shape):
        return None
    return Grid(item * prod(shape), tuple(codecs(table)))


def _named_bytes(dtype: str) -> int:
    found = _NAMED.fullmatch(dtype)
    return max(1, int(found[1] or "8") // 8) if found else 0


def chunks(files: Files, path: str, document: Any) -> Iterator[tuple[str, tuple[int, int]]]:
    """The chunks of the array that the file at `path` describes, as far as they hold a whole chunk and nothing else."""
    found, folder = grid(document), path.rpartition("/")[0]
    if found is None or not PICKLE.isdisjoint(found.codecs):
        return
    start = f"{folder}/" if folder else ""
    for target, format_id in files.formats.items():
        if format_id == "unknown" and target.startswith(start) and _CHUNK.fullmatch(target[len(start) :]):
            source = files.read(target).source
            if source.size == found.chunk_bytes or _is_blosc(source, found.chunk_bytes):
                yield target, (0, source.size)


def _is_blosc(source: ByteSource, unpacked: int) -> bool:
    """Is it one frame of Blosc, which states both sizes, to the last byte?"""
    header = source.read(0, 16)
    return header[:1] == b"\2" and [int.from_bytes(header[at : at + 4], "little") for at in (4, 12)] == [
        unpacked,
        source.size,
    ]
