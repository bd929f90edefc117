"""Reads what ONNX says of one tensor: its name, type and shape, and where its numbers lie; never the numbers.

Specification: TensorProto of onnx.proto, as in `onnx.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import NamedTuple

from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, Field, Wire, signed

DTYPES = (
    "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16", "DOUBLE",
    "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2",
    "FLOAT8E5M2FNUZ", "UINT4", "INT4", "FLOAT4E2M1", "FLOAT8E8M0", "UINT2", "INT2",
    "FLOAT6E2M3", "FLOAT6E3M2",
)  # fmt: skip
BITS = {
    "BOOL": 8, "INT8": 8, "UINT8": 8, "INT16": 16, "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64, "UINT64": 64,
    "FLOAT16": 16, "BFLOAT16": 16, "FLOAT": 32, "DOUBLE": 64, "COMPLEX64": 64, "COMPLEX128": 128, "FLOAT8E4M3FN": 8,
    "FLOAT8E4M3FNUZ": 8, "FLOAT8E5M2": 8, "FLOAT8E5M2FNUZ": 8, "FLOAT8E8M0": 8, "FLOAT4E2M1": 4, "INT4": 4, "UINT4": 4,
    "INT2": 2, "UINT2": 2, "FLOAT6E2M3": 6, "FLOAT6E3M2": 6,
}  # fmt: skip
_EXTERNAL = 1
_NOTHING: Mapping[str, str] = MappingProxyType({})
_DATA = (4, 5, 7, 9, 10, 11)
"""The fields that hold numbers: float_data, int32_data, int64_data, raw_data, double_data, uint64_data."""
RAW, FLOATS, INTEGERS, DOUBLES = 9, 4, 5, 10


class Data(NamedTuple):
    """Numbers inside the file: the field of TensorProto that holds them, and its bytes [begin, end)."""

    field: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """An initialiser or constant.

    `external` holds the entries that say where its data lies outside the file, as written; `is_external` tells whether
    a loader heeds them. `offset` is where the tensor's message begins. `data` is where its numbers lie, where that is one
    place in the file.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    external: Mapping[str, str]
    is_external: bool
    offset: int
    data: Data | None = None

    @property
    def parameters(self) -> int:
        return prod(self.shape) if min(self.shape, default=0) >= 0 else 0

    @property
    def declared_bytes(self) -> int | None:
        """The bytes that dtype and shape ask for; None for texts and for dtypes that the specification does not know."""
        bits = BITS.get(self.dtype)
        return None if bits is None else (self.parameters * bits + 7) // 8

    @property
    def external_range(self) -> tuple[int, int] | None:
        """The bytes [begin, end) of the external file; None where offset or length is no number.

        A length that is not stated is what dtype and shape ask for.
        """
        numbers = self.external.get("offset", "0"), self.external.get("length", str(self.declared_bytes))
        if not all(number.isascii() and number.isdigit() and len(number) < 20 for number in numbers):
            return None
        return int(numbers[0]), int(numbers[0]) + int(numbers[1])


def tensor(wire: Wire, within: Field, limits: Limits) -> Tensor:
    """The tensor in the payload of `within`."""
    shape, dtype, name, external, location = list[int](), 0, "", dict[str, str](), 0
    data = list[Data]()
    for field in wire.message(within=within):
        match field.key:
            case (1, 0 | 2):
                shape.extend(map(signed, wire.varints(field)))
                if len(shape) > (rank := limits.graph_tensor_rank):
                    raise LimitExceeded("graph_tensor_rank", len(shape), rank, offset=field.start)
            case (2, 0):
                dtype = field.value
            case (8, 2):
                name = wire.text(field)
            case (13, 2):
                external.update([pair(wire, field)])
            case (14, 0):
                location = field.value
            case (number, wire_type) if number in _DATA and len(data) < 2 and field.end > field.start:
                data.append(Data(number if wire_type == BYTES else 0, field.start, field.end))
        if len(external) > limits.graph_items:
            raise LimitExceeded("graph_items", len(external), limits.graph_items, offset=field.start)
    return Tensor(
        name=name,
        dtype=DTYPES[dtype] if dtype < len(DTYPES) else str(dtype),
        shape=tuple(shape),
        external=MappingProxyType(external) if external else _NOTHING,
        is_external=location == _EXTERNAL,
        offset=within.start,
        data=data[0] if len(data) == 1 and data[0].field else None,
    )


def pair(wire: Wire, within: Field) -> tuple[str, str]:
    """An entry of a map of texts."""
    key = value = ""
    for field in wire.message(within=within):
        if field.key == (1, BYTES):
            key = wire.text(field)
        elif field.key == (2, BYTES):
            value = wire.text(field)
    return key, value
