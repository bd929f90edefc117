"""Builds tables of Arrow and Parquet: schemas of FlatBuffers and Thrift, and as many bytes as they ask for."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from attacks.graphs import Flat, flatbuffer

PYTHON = "arrow.py_extension_type"
COMMAND = "cos\nsystem\n(S'echo hilt'\ntR."


def _field(name: str, extension: tuple[str, str] | None = None, children: Sequence[Flat] = ()) -> Flat:
    pairs: list[Flat] = []
    if extension is not None:
        pairs = [{0: "ARROW:extension:name", 1: extension[0]}, {0: "ARROW:extension:metadata", 1: extension[1]}]
    return {0: name, 5: list(children), 6: pairs}


def _schema(extension: tuple[str, str] | None) -> Flat:
    inner = _field("inner", extension)
    return {0: 0, 1: [_field("text"), _field("outer", None, [inner] if extension else [])]}


def _message(kind: int, header: Flat, body: bytes = b"", *, marked: bool = True) -> bytes:
    data = flatbuffer({0: 4, 1: kind, 2: header, 3: len(body)}, b"")
    return (b"\xff" * 4 if marked else b"") + struct.pack("<i", len(data)) + data + body


def stream(extension: tuple[str, str] | None = None, *, marked: bool = True) -> bytes:
    """A schema, a batch and the end of the stream."""
    end = b"\xff" * 4 + bytes(4) if marked else bytes(4)
    return _message(1, _schema(extension), marked=marked) + _message(3, {0: 1}, bytes(16), marked=marked) + end


def file(extension: tuple[str, str] | None = None, *, in_footer: tuple[str, str] | None = None) -> bytes:
    footer = flatbuffer({0: 4, 1: _schema(in_footer)}, b"")
    return b"ARROW1\0\0" + stream(extension) + footer + struct.pack("<i", len(footer)) + b"ARROW1"


def schema_in_base64(pickled: str) -> str:
    return base64.b64encode(_message(1, _schema((PYTHON, pickled)))).decode()


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def thrift(*fields: tuple[int, object]) -> bytes:
    """A struct of numbers, strings, structs (as bytes) and lists of them."""
    out, last = b"", 0
    for number, value in fields:
        kind, data = _thrift(value)
        out, last = out + bytes([(number - last) << 4 | kind]) + data, number
    return out + b"\0"


def _thrift(value: object) -> tuple[int, bytes]:
    match value:
        case bool():
            return (1 if value else 2), b""
        case int():
            return 6, varint(value * 2 if value >= 0 else -value * 2 - 1)
        case float():
            return 7, struct.pack("<d", value)
        case str():
            return 8, varint(len(value.encode())) + value.encode()
        case bytes():
            return 12, value
        case list():
            items = [_thrift(item) for item in value]
            return 9, bytes([0xF0 | (items[0][0] if items else 12)]) + varint(len(items)) + b"".join(
                d for _, d in items
            )
    raise TypeError(value)


def parquet(
    metadata: Sequence[tuple[str, str]] = (),
    *,
    file_path: str = "",
    extra: bytes = b"",
    data: bytes = bytes(8),
    behind: bytes = b"",
    places: Sequence[tuple[int, object]] = ((7, 8), (9, 4)),
    indexes: Sequence[tuple[int, object]] = (),
) -> bytes:
    """A table of one column, whose description (`places`, `indexes`) tells where in the file it lies; `behind` stands
    behind its `data`, `extra` behind the last field of the footer.
    """
    columns = [thrift((4, "schema"), (5, 1)), thrift((1, 2), (3, 1), (4, "weights"))]
    described = thrift((1, 2), (4, ["a"]), (5, True), *places)
    chunk = thrift(*([(1, file_path)] if file_path else []), (2, 4), (3, described), *indexes)
    pairs = [thrift((1, key), (2, value)) for key, value in metadata]
    footer = thrift((1, 2), (2, columns), (3, 1), (4, [thrift((1, [chunk]), (2, 8))]), (5, pairs), (6, "hilt")) + extra
    if file_path:
        data = b""
    return b"PAR1" + data + behind + footer + struct.pack("<I", len(footer)) + b"PAR1"


HONEST: dict[str, tuple[str, bytes]] = {
    "arrow-stream": ("data.arrows", stream(("own.type", "x"))),
    "arrow-old": ("data.arrow", file()),
    "parquet": ("data.parquet", parquet([("pandas", "{}")])),
}
