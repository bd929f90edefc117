"""Builds the stores that checkpoints, logs and tables lie in: TFRecord, OCDBT, SQLite, and the metadata of Zarr."""

from __future__ import annotations

import json
import struct
from typing import Any

from hilt.formats.crc32c import crc32c, masked


def tfrecord(*records: bytes) -> bytes:
    out = b""
    for record in records:
        length = struct.pack("<Q", len(record))
        out += length + struct.pack("<I", masked(length)) + record + struct.pack("<I", masked(record))
    return out


def node(magic: str = "0cdb20de", body: bytes = b"body") -> bytes:
    """A manifest or a node of OCDBT, not compressed."""
    data = bytes.fromhex(magic) + struct.pack("<Q", 18 + len(body)) + b"\0\0" + body
    return data + struct.pack("<I", crc32c(data))


def sqlite(pages: int = 2, *, page_size: int = 512, behind: bytes = b"") -> bytes:
    header = bytearray(100)
    struct.pack_into(">16sHBB", header, 0, b"SQLite format 3\0", page_size, 1, 1)
    struct.pack_into(">II", header, 24, 7, pages)
    struct.pack_into(">II", header, 92, 7, 3040001)
    return bytes(header).ljust(page_size * pages, b"\0") + behind


def zarray(compressor: Any = None, filters: Any = None, dtype: str = "<f4", chunks: tuple[int, ...] = (2, 2)) -> bytes:
    array = {"zarr_format": 2, "shape": [4, 4], "chunks": list(chunks), "dtype": dtype, "order": "C", "fill_value": 0}
    return json.dumps(array | {"compressor": compressor, "filters": filters}).encode()


def zarr_json(*codecs: Any, chunks: tuple[int, ...] = (2, 2)) -> bytes:
    grid = {"name": "regular", "configuration": {"chunk_shape": list(chunks)}}
    array = {"zarr_format": 3, "node_type": "array", "shape": [4, 4], "data_type": "float32", "chunk_grid": grid}
    return json.dumps(array | {"codecs": list(codecs)}).encode()


def blosc(unpacked: int, packed: bytes) -> bytes:
    return struct.pack("<BBBBIII", 2, 1, 0x21, 4, unpacked, unpacked, 16 + len(packed)) + packed


VALUES = "0db5f6ffc39af3602a1fb6341d7685db"
HONEST: dict[str, tuple[str, bytes]] = {
    "tfrecord": ("events.out.tfevents.1.host", tfrecord(b"\x1a\x0dbrain.Event:2", b"x" * 40)),
    "sqlite": ("chroma.sqlite3", sqlite()),
    "ocdbt": ("manifest.ocdbt", node("0cdb3a2a")),
    "ocdbt-values": (VALUES, b"\x01\x02\xff\xfe" * 100 + node()),
}
