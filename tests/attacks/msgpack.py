"""Builds MessagePack values byte by byte, honest ones as spaCy and Flax write them and others."""

from __future__ import annotations

import pickle
import struct
from typing import Any, NamedTuple


class Ext(NamedTuple):
    """A value of a type of its own."""

    type: int
    data: bytes


def pack(value: Any) -> bytes:
    """`value` in the longest form of its lengths; a list of pairs is a map, so that keys may stand twice."""
    match value:
        case None | bool():
            return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
        case int():
            return bytes([value]) if 0 <= value < 128 else b"\xd3" + struct.pack(">q", value)
        case float():
            return b"\xcb" + struct.pack(">d", value)
        case str():
            text = value.encode()
            return (bytes([0xA0 | len(text)]) if len(text) < 32 else b"\xdb" + struct.pack(">I", len(text))) + text
        case Ext(code, data):
            return b"\xc9" + struct.pack(">Ib", len(data), code) + data
        case bytes():
            return b"\xc6" + struct.pack(">I", len(value)) + value
        case tuple():
            return bytes([0x80 | len(value)]) + b"".join(pack(key) + pack(item) for key, item in value)
        case dict():
            return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())
        case list():
            return bytes([0x90 | len(value)]) + b"".join(map(pack, value))
    raise TypeError(value)


def numpy_array(dtype: Any = "<f4", shape: tuple[int, ...] = (2, 2), data: bytes = bytes(16), kind: str = "") -> Any:
    """An array as srsly and msgpack-numpy write it, whose keys are byte strings."""
    fields = {"nd": True, "type": dtype, "kind": kind.encode(), "shape": list(shape), "data": data}
    return {key.encode(): value for key, value in fields.items()}


def flax_array(dtype: str = "bfloat16", shape: tuple[int, ...] = (2, 2), data: bytes = bytes(8), code: int = 1) -> Ext:
    return Ext(code, pack([list(shape), dtype, data]))


SPACY: dict[str, Any] = {
    "nodes": [{"index": 0, "name": "softmax", "dims": {"nO": 2}, "refs": {}}],
    "attrs": [{"pad": b"\0", "dropout_rate": pack(0.5)}],
    "params": [{"W": numpy_array(), "b": numpy_array([["x", "<f4"], ["y", "<i8"]], (2,), bytes(24), "V")}],
    "shims": [[]],
}
FLAX: dict[str, Any] = {
    "params": {"kernel": flax_array(), "scale": flax_array("float32", (), bytes(4), 3), "c": Ext(2, pack([1.0, 2.0]))},
    "step": 3,
    "when": Ext(-1, bytes(4)),
    "none": None,
}


def objects(data: bytes) -> bytes:
    """An array of objects, as msgpack-numpy writes it: its decoder unpickles `data`."""
    return pack({"weights": numpy_array("|O", (1,), data, "O")})


COMMAND = b"cos\nsystem\n(S'echo hilt'\ntR."
HONEST: dict[str, tuple[str, bytes]] = {
    "spacy": ("model", pack(SPACY)),
    "flax": ("flax_model.msgpack", pack(FLAX)),
    "objects": ("data.msgpack", objects(pickle.dumps([1, None]))),
}
