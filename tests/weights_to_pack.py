"""Safetensors files of any number format, and others that come of them by small steps."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from hilt.formats.safetensors import BITS


class Numbers(NamedTuple):
    """A tensor: its bytes, as the format has them."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


def numbers(dtype: str, *shape: int, seed: int = 1) -> Numbers:
    """Numbers as weights have them: a bell curve for floats, anything else for the others."""
    chance = np.random.default_rng([seed, *dtype.encode()])
    size = (prod(shape) * BITS[dtype] + 7) // 8
    if dtype in ("F32", "BF16", "F16", "F64"):
        bell = chance.normal(0, 0.05, shape)
        wide = bell.astype("<f4").view("<u4") >> 16
        made = {
            "F32": bell.astype("<f4"),
            "BF16": wide.astype("<u2"),
            "F16": bell.astype("<f2"),
            "F64": bell.astype("<f8"),
        }
        return Numbers(dtype, shape, made[dtype].tobytes())
    return Numbers(dtype, shape, chance.bytes(size))


def moved(one: Numbers, seed: int = 2) -> Numbers:
    """The same numbers after a little training: each some steps up or down, as integers."""
    width = max(1, BITS[one.dtype] // 8)
    kind = {1: "u1", 2: "<u2", 4: "<u4", 8: "<u8"}[width] if len(one.data) % width == 0 else "u1"
    values = np.frombuffer(one.data, kind)
    steps = np.random.default_rng(seed).integers(-2, 3, values.size).astype(f"i{values.itemsize}").view(values.dtype)
    return one._replace(data=(values + steps).tobytes())


def safetensors(
    tensors: Mapping[str, Numbers], *, metadata: Mapping[str, str] | None = None, ahead: int = 0, between: int = 0
) -> bytes:
    """A file with these tensors one after the other; `ahead` more blanks in its header, `between` bytes that no tensor has."""
    table: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    at, body = 0, b""
    for name, one in tensors.items():
        at += between
        table[name] = {"dtype": one.dtype, "shape": one.shape, "data_offsets": [at, at + len(one.data)]}
        at += len(one.data)
        body += b"\xaa" * between + one.data
    header = json.dumps(table).encode() + b" " * ahead
    return struct.pack("<Q", len(header)) + header + body
