"""Reads the headers of PaddlePaddle parameters (`.pdiparams`): tensors in a row; never the numbers.

Specification: SerializeToStream of PaddlePaddle 2.6 (lod_tensor.cc, tensor_util.cc): for each tensor a version (0), the
levels of detail, a version (0), the length of a TensorDesc, the TensorDesc (a protobuf: type and dimensions), the data.

What can bite: nothing: shapes and numbers. Names stand in the program beside it.

What hilt cannot see: the numbers, and what was trained into them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, VARINT, Wire, signed
from hilt.formats.reader import Head

DTYPES = {
    0: ("BOOL", 1), 1: ("INT16", 2), 2: ("INT32", 4), 3: ("INT64", 8), 4: ("FP16", 2), 5: ("FP32", 4), 6: ("FP64", 8),
    19: ("SIZE_T", 8), 20: ("UINT8", 1), 21: ("INT8", 1), 22: ("BF16", 2), 23: ("COMPLEX64", 8),
    24: ("COMPLEX128", 16), 32: ("FP8_E4M3FN", 1), 33: ("FP8_E5M2", 1),
}  # fmt: skip
_LONGEST_DESCRIPTION = 1024
_MOST_LEVELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A tensor without a name: names are in the program beside it. Its numbers are the bytes [begin, end)."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def parameters(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaddleParameters:
    """The tensors of a file, which fill it to its last byte."""

    tensors: tuple[Tensor, ...]

    @property
    def parameters(self) -> int:
        return sum(tensor.parameters for tensor in self.tensors)


def probe(head: Head) -> bool:
    try:
        _tensor(MemorySource(head.data), 0, head.limits)
    except FormatError:
        return False
    return True


def read(source: ByteSource, limits: Limits) -> PaddleParameters:
    """The tensors in `source`. Raises `FormatError` where they do not fill it exactly."""
    tensors, position = list[Tensor](), 0
    while position < source.size:
        tensor = _tensor(source, position, limits)
        if tensor.end > source.size:
            need, have = tensor.end - tensor.begin, source.size - tensor.begin
            raise FormatError(f"a tensor of {need} bytes has {have} left in the file", offset=position)
        tensors.append(tensor)
        if len(tensors) > limits.graph_items:
            raise LimitExceeded("graph_items", len(tensors), limits.graph_items, offset=position)
        position = tensor.end
    return PaddleParameters(tensors=tuple(tensors))


def _tensor(source: ByteSource, start: int, limits: Limits) -> Tensor:
    version, levels = struct.unpack("<IQ", _exactly(source, start, 12))
    position = start + 12
    if version or levels > _MOST_LEVELS:
        raise FormatError(f"a tensor has version {version} and {levels} levels of detail", offset=start)
    for _ in range(levels):
        (length,) = struct.unpack("<Q", _exactly(source, position, 8))
        position += 8 + length
    version, length = struct.unpack("<Ii", _exactly(source, position, 8))
    if version or not 2 <= length <= _LONGEST_DESCRIPTION:
        raise FormatError(f"a description has version {version} and {length} bytes", offset=position)
    begin = position + 8 + length
    wire = Wire(MemorySource(_exactly(source, position + 8, length)), limits)
    dtype, shape = -1, list[int]()
    for field in wire.message():
        if field.key == (1, VARINT):
            dtype = field.value
        elif field.key in ((2, VARINT), (2, BYTES)):
            shape.extend(map(signed, wire.varints(field)))
        else:
            raise FormatError(f"a description has the field {field.number}", offset=position)
    if dtype not in DTYPES or any(size < 0 for size in shape) or len(shape) > limits.graph_tensor_rank:
        raise FormatError(f"a tensor has type {dtype} and {len(shape)} dimensions", offset=position)
    name, width = DTYPES[dtype]
    return Tensor(dtype=name, shape=tuple(shape), begin=begin, end=begin + width * prod(shape))


def _exactly(source: ByteSource, offset: int, n: int) -> bytes:
    data = source.read(offset, n)
    if len(data) != n:
        raise FormatError(f"the file ends after {source.size} bytes, inside a header", offset=offset)
    return data
