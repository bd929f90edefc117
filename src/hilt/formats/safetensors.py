"""Reads the header of a safetensors file.

Specification: safetensors 0.4 and later, "Format": 8 bytes little-endian length N, N bytes of JSON beginning with `{`
(padded with spaces), then the tensors. Each entry is {"dtype", "shape", "data_offsets": [begin, end]}, offsets counted
from the end of the header; `__metadata__` maps strings to strings. Only the header is read.

What can bite: nothing names code or files: a table in JSON, then numbers. Two tensors of one name, or bytes that no
tensor owns, let one file be two models or carry something else; texts in the metadata wait for a program that evaluates
them.

What hilt cannot see: the numbers: whether they are the right ones, and what was trained into them.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from math import prod
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64,
    "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One entry of the header; `begin` and `end` are in bytes from the start of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def parameters(self) -> int:
        return prod(self.shape)

    @property
    def declared_bytes(self) -> int | None:
        """The bytes that dtype and shape ask for; None for a dtype that the specification does not know."""
        bits = BITS.get(self.dtype)
        return None if bits is None else (self.parameters * bits + 7) // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Safetensors:
    """A header: its tensors in the order of the file's JSON, its metadata, and the keys that occur twice."""

    tensors: tuple[Tensor, ...]
    metadata: dict[str, str]
    repeated_keys: tuple[str, ...]
    data_start: int
    size: int


def probe(head: Head) -> bool:
    if len(head.data) < 9:
        return False
    (length,) = struct.unpack_from("<Q", head.data)
    # Under its own name a header that is too long is read, and told of; elsewhere it speaks against the format.
    fits = length <= head.limits.safetensors_header_bytes or head.name.lower().endswith(".safetensors")
    return head.data[8:9] == b"{" and length >= 2 and fits


def read(source: ByteSource, limits: Limits) -> Safetensors:
    """The header of `source`. Raises `FormatError` where it is none, `LimitExceeded` where it is too large."""
    (length,) = struct.unpack("<Q", _exactly(source, 0, 8))
    if length > limits.safetensors_header_bytes:
        raise LimitExceeded("safetensors_header_bytes", length, limits.safetensors_header_bytes, offset=0)
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return table

    try:
        header = json.loads(_exactly(source, 8, length).decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the header is not JSON: {error}", offset=8) from None
    if not isinstance(header, dict):
        raise FormatError(f"the header is a JSON {type(header).__name__}, not an object", offset=8)
    metadata = header.pop("__metadata__", None)
    if metadata is None:  # as MLX writes it, and every reader takes it
        metadata = {}
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise FormatError("__metadata__ is not an object of strings", offset=8)
    start = 8 + length
    return Safetensors(
        tensors=tuple(_tensor(name, entry, start) for name, entry in header.items()),
        metadata=metadata,
        repeated_keys=tuple(repeated),
        data_start=start,
        size=source.size,
    )


def _tensor(name: str, entry: Any, start: int) -> Tensor:
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)]} if all(
            type(n) is int and n >= 0 for n in shape
        ):
            return Tensor(name=name, dtype=dtype, shape=tuple(shape), begin=start + begin, end=start + end)
    raise FormatError(f"tensor {name!r} has no usable dtype, shape and data_offsets: {str(entry)[:120]}", offset=8)


def _exactly(source: ByteSource, offset: int, n: int) -> bytes:
    data = source.read(offset, n)
    if len(data) != n:
        raise FormatError(f"the file ends after {source.size} bytes, inside its header", offset=offset)
    return data
