"""Builds GGUF files, honest and hostile, byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A value as bytes, with the number of its type: for what no writer would write."""

    type: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Info:
    """A tensor info; the defaults are one block of 32 bytes."""

    name: str
    shape: tuple[int, ...] = (8,)
    type: int = 0
    offset: int = 0


HONEST = (Info(name="a", offset=0), Info(name="b", shape=(32, 2), type=2, offset=32), Info(name="c", offset=96))
HONEST_DATA = b"\0" * 128


def text(value: str | bytes, order: str = "<") -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(order + "Q", len(data)) + data


def array(kind: int, items: Sequence[bytes], order: str = "<", count: int | None = None) -> Raw:
    head = struct.pack(order + "IQ", kind, len(items) if count is None else count)
    return Raw(type=9, data=head + b"".join(items))


def gguf(
    tensors: Sequence[Info] = HONEST,
    data: bytes = HONEST_DATA,
    metadata: Sequence[tuple[str, str | int | bool | Raw]] = (("general.architecture", "llama"),),
    *,
    version: int = 3,
    order: str = "<",
    alignment: int = 32,
    counts: tuple[int, int] | None = None,
) -> bytes:
    """The file; `counts` overrides the declared numbers of tensors and key-values."""
    tensor_count, key_count = counts or (len(tensors), len(metadata))
    head = b"GGUF" + struct.pack(order + "IQQ", version, tensor_count, key_count)
    for key, value in metadata:
        head += text(key, order)
        if isinstance(value, Raw):
            head += struct.pack(order + "I", value.type) + value.data
        elif isinstance(value, str):
            head += struct.pack(order + "I", 8) + text(value, order)
        elif isinstance(value, bool):
            head += struct.pack(order + "IB", 7, value)
        else:
            head += struct.pack(order + "II", 4, value)
    for info in tensors:
        head += text(info.name, order) + struct.pack(order + "I", len(info.shape))
        head += struct.pack(f"{order}{len(info.shape)}QIQ", *info.shape, info.type, info.offset)
    return head + b"\0" * (-len(head) % alignment) + data
