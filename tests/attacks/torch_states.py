"""Writes state dicts as torch.save pickles them, opcode by opcode: nothing of PyTorch is needed, and anything can be said."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from attacks.archives import Part, zip_of
from attacks.pickles import LEGACY, named, p

KINDS = {
    "float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage", "int8": "CharStorage",
    "uint8": "ByteStorage", "int64": "LongStorage", "int32": "IntStorage", "bool": "BoolStorage",
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """A global."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """What `name` of `module` makes of `args`; then it is given `items` and `state`."""

    module: str
    name: str
    args: tuple[Any, ...] = ()
    items: dict[str, Any] | None = None
    state: Any = None


@dataclass(frozen=True)
class Stored:
    """A storage, by its persistent id."""

    key: str
    size: int
    kind: Any = "FloatStorage"
    more: tuple[Any, ...] = ()


def opcodes(value: Any) -> bytes:
    match value:
        case None | True | False:
            return {None: b"N", True: b"\x88", False: b"\x89"}[value]
        case int():
            data = value.to_bytes(9, "little", signed=True)
            return b"\x8a\x09" + data
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case tuple():
            return b"(" + b"".join(map(opcodes, value)) + b"t"
        case list():
            return b"](" + b"".join(map(opcodes, value)) + b"e"
        case dict():
            return b"}" + _items(value)
        case Name():
            return named(value.module, value.name)
        case Stored():
            kind = value.kind if isinstance(value.kind, Name) else Name("torch", value.kind)
            return opcodes(("storage", kind, value.key, "cpu", value.size, *value.more)) + b"Q"
        case Call():
            made = named(value.module, value.name) + opcodes(value.args) + b"R"
            made += _items(value.items) if value.items is not None else b""
            return made + (opcodes(value.state) + b"b" if value.state is not None else b"")
    raise TypeError(type(value))


def _items(value: dict[Any, Any]) -> bytes:
    return b"(" + b"".join(opcodes(key) + opcodes(item) for key, item in value.items()) + b"u"


def rebuilt(stored: Any, shape: Any, strides: Any, offset: Any = 0, name: str = "_rebuild_tensor_v2") -> Call:
    """A tensor: a view of a storage."""
    return Call("torch._utils", name, (stored, offset, shape, strides, False, Call("collections", "OrderedDict")))


@dataclass(frozen=True)
class State:
    """The storages of a state dict, filled as its tensors are asked for."""

    storages: dict[str, np.ndarray]

    @classmethod
    def new(cls) -> State:
        return cls({})

    def stored(self, array: np.ndarray) -> Stored:
        key = str(len(self.storages))
        self.storages[key] = array.reshape(-1)
        return Stored(key, array.size, KINDS[array.dtype.name])

    def tensor(self, array: np.ndarray) -> Call:
        """`array` in C order."""
        array = np.asarray(array, order="C")
        return rebuilt(self.stored(array), array.shape, tuple(stride // array.itemsize for stride in array.strides))

    def zip(self, value: Any, *others: Part, method: int = 0, order: bytes = b"little") -> bytes:
        parts = [
            Part(name="m/data.pkl", data=p(2, opcodes(value)), method=method),
            Part(name="m/byteorder", data=order),
        ]
        parts += [
            Part(name=f"m/data/{key}", data=array.tobytes(), method=method) for key, array in self.storages.items()
        ]
        return zip_of(*parts, Part(name="m/version", data=b"3\n"), *others)

    def legacy(self, value: Any) -> bytes:
        counted = (struct.pack("<q", array.size) + array.tobytes() for array in self.storages.values())
        return LEGACY + p(2, opcodes(value)) + p(2, opcodes(list(self.storages))) + b"".join(counted)
