"""Reads where the constant tensors of a TensorFlow Lite model lie, and which operators take them; never the numbers.

Specification: schema.fbs of TensorFlow Lite, as in `tflite.py`, which tells what a file says as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.flatbuffer import Flat

CONV_2D, DEPTHWISE_CONV_2D, DEQUANTIZE, FULLY_CONNECTED = 3, 4, 6, 9
TRANSPOSE_CONV, BATCH_MATMUL, CONV_3D = 67, 126, 132
"""Builtin operators by their numbers."""
_CUSTOM, _MEDIAPIPE = 32, "Convolution2DTransposeBias"
"""A transposed convolution that MediaPipe adds, with its kernel where the builtin one has it."""
DTYPES = {0: "F32", 1: "F16", 3: "U8", 7: "I16", 9: "I8", 2: "I32", 10: "F64", 17: "I4", 18: "BF16"}
"""Types of tensors that hold weights; others hold indices, texts and the like."""


class Taken(NamedTuple):
    """An operator that takes a tensor, the number of the input, and whether a batched product takes it transposed."""

    operator: int
    taken_as: int
    adjoint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A constant. Its numbers are the bytes [begin, end); so are its scales (32-bit floats) and zero points (64 bits),
    which lie along `axis`. `sparse` tells that zeros are left out of them.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: tuple[int, int]
    scales: tuple[int, int]
    zeros: tuple[int, int]
    axis: int
    sparse: bool
    taken: tuple[Taken, ...]


def constants(source: ByteSource, limits: Limits) -> Iterator[Tensor]:
    """The constants of the model in `source`. Raises `FormatError` where an offset leads outside it."""
    flat = Flat(source, limits)
    model = flat.follow(0)
    operators = [_operator(flat, code) for code in flat.tables(model, 1)]
    buffers = [_buffer(flat, buffer, source.size) for buffer in flat.tables(model, 4)]
    for subgraph in flat.tables(model, 2):
        taken = _taken(flat, subgraph, operators, limits)
        for index, table in enumerate(flat.tables(subgraph, 0)):
            buffer = flat.number(table, 2, "<I")
            if buffer >= len(buffers):
                raise FormatError(f"a tensor has buffer {buffer}, the model has {len(buffers)}", offset=table)
            begin, end = buffers[buffer]
            dtype = DTYPES.get(flat.number(table, 1, "<b"))
            if end > begin and dtype is not None:
                yield _tensor(flat, table, dtype, (begin, end), tuple(taken.get(index, ())))


def _operator(flat: Flat, code: int) -> int:
    # Old files have the number in a byte, which is 127 in new files where the number does not fit.
    builtin = max(flat.number(code, 0, "<b"), flat.number(code, 3, "<i"))
    return TRANSPOSE_CONV if builtin == _CUSTOM and flat.text(code, 1) == _MEDIAPIPE else builtin


def _buffer(flat: Flat, buffer: int, size: int) -> tuple[int, int]:
    """The bytes of a buffer, inside the FlatBuffer or behind it."""
    length, begin = flat.number(buffer, 2, "<Q"), flat.number(buffer, 1, "<Q")
    if length and begin > 1:  # 1 stands for a place that is not known yet
        if begin + length > size:
            raise FormatError(f"a buffer of {length} bytes lies past the end of the file", offset=begin)
        return begin, begin + length
    return flat.place(buffer, 0)


def _taken(flat: Flat, subgraph: int, operators: list[int], limits: Limits) -> dict[int, list[Taken]]:
    """By the index of a tensor, the operators that take it, those included that take it as 32-bit floats."""
    taken, same = dict[int, list[Taken]](), dict[int, int]()
    for node in flat.tables(subgraph, 3):
        index = flat.number(node, 0, "<I")
        if index >= len(operators):
            raise FormatError(f"a node has operator {index}, the model declares {len(operators)}", offset=node)
        operator, inputs = operators[index], flat.numbers(node, 1, "<i")
        if operator == DEQUANTIZE and inputs:
            same.update((output, inputs[0]) for output in flat.numbers(node, 2, "<i"))
        options = flat.table(node, 4) if operator == BATCH_MATMUL else None
        adjoint = options is not None and flat.number(options, 1, "<B") != 0
        for place, tensor in enumerate(inputs):
            taken.setdefault(same.get(tensor, tensor), []).append(Taken(operator, place, adjoint))
        if len(taken) > limits.graph_items:
            raise LimitExceeded("graph_items", len(taken), limits.graph_items, offset=node)
    return taken


def _tensor(flat: Flat, table: int, dtype: str, data: tuple[int, int], taken: tuple[Taken, ...]) -> Tensor:
    quantised = flat.table(table, 4)
    return Tensor(
        name=flat.text(table, 3),
        dtype=dtype,
        shape=flat.numbers(table, 0, "<i"),
        data=data,
        scales=(0, 0) if quantised is None else flat.place(quantised, 2, 4),
        zeros=(0, 0) if quantised is None else flat.place(quantised, 3, 8),
        axis=0 if quantised is None else flat.number(quantised, 6, "<i"),
        sparse=flat.table(table, 6) is not None,
        taken=taken,
    )
