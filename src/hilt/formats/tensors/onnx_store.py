"""Where the numbers of an ONNX tensor are taken from: the model itself or a file beside it, packed or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.onnx_tensor import DOUBLES, FLOATS, INTEGERS, RAW, Tensor
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.whole_bytes import SmallNumbers, Varints

DTYPES = {
    "FLOAT": "F32", "FLOAT16": "F16", "BFLOAT16": "BF16", "DOUBLE": "F64", "FLOAT8E4M3FN": "F8_E4M3",
    "FLOAT8E5M2": "F8_E5M2", "INT8": "I8", "UINT8": "U8", "INT16": "I16", "UINT16": "U16", "INT32": "I32",
    "INT4": "I4", "UINT4": "U4", "INT2": "I2", "UINT2": "U2",
}  # fmt: skip
"""The types that are unpacked here, by the names that tensors tell of themselves."""
_SMALL = {"INT4": (4, True), "UINT4": (4, False), "INT2": (2, True), "UINT2": (2, False)}
"""Bits of a number, and whether it has a sign."""
_HELD = 1 << 16
"""Scales up to so many are read once and kept."""


class Store:
    """The numbers of the tensors of one model."""

    def __init__(self, given: Given) -> None:
        self._given, self._beside = given, dict[str, ByteSource]()

    def dense(self, tensor: Tensor, name: str) -> Dense | None:
        """The numbers of a tensor as they are stored, small ones as bytes; None where they cannot be had."""
        if tensor.dtype not in DTYPES or min(tensor.shape, default=1) <= 0:
            return None
        placed = self.bytes(tensor)
        if placed is None:
            return None
        source, begin = placed
        dtype = DTYPES[tensor.dtype]
        if tensor.dtype in _SMALL:
            bits, signed = _SMALL[tensor.dtype]
            source, begin = SmallNumbers(source, begin, tensor.parameters, bits=bits, signed=signed), 0
            dtype = "I8"
        return Dense(name=name, dtype=dtype, shape=tensor.shape, source=source, begin=begin)

    def grid(self, tensor: Tensor, shape: tuple[int, ...]) -> TensorSource | None:
        """Scales or zero points, in as many dimensions as what they belong to."""
        dense = self.dense(tensor, tensor.name)
        if dense is None:
            return None
        if tensor.parameters > _HELD:
            return replace(dense, shape=shape)
        values = replace(dense, shape=(tensor.parameters,)).rows(0, tensor.parameters)
        return Held(name="", dtype=dense.dtype, values=values.reshape(shape).astype(np.float32))

    def bytes(self, tensor: Tensor) -> tuple[ByteSource, int] | None:
        """A source, and where in it the bytes of a tensor begin, packed as in raw_data."""
        size, source = tensor.declared_bytes or 0, self._given.source
        if tensor.is_external:
            return self._external(tensor, size)
        match tensor.data:
            case (kind, begin, end) if kind in _PLAIN and tensor.dtype in _PLAIN[kind] and end - begin == size:
                return source, begin
            case (kind, begin, end) if kind == RAW and end - begin == size:
                return source, begin
            case (kind, begin, end) if kind == INTEGERS:
                width = SIZES.get(DTYPES[tensor.dtype], 1)
                return Varints(source, begin, end, width=width, count=-(-size // width)), 0
        return None

    def _external(self, tensor: Tensor, size: int) -> tuple[ByteSource, int] | None:
        location, place = tensor.external.get("location", ""), tensor.external_range
        parts = location.replace("\\", "/").removeprefix("./").split("/")
        path = self._given.folder + "/".join(parts)
        if not {"", ".", ".."}.isdisjoint(parts) or path not in self._given.paths or place is None:
            return None
        if path not in self._beside:
            try:
                self._beside[path] = self._given.beside(path)
            except FormatError:
                return None
        begin, end = place
        source = self._beside[path]
        return (source, begin) if end - begin == size and end <= source.size else None


_PLAIN = {FLOATS: ("FLOAT",), DOUBLES: ("DOUBLE",)}
"""Of the fields that hold numbers as they are, the type of these."""
