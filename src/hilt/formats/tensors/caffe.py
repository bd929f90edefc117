"""Tensors of a Caffe model: the blobs of its layers.

Specification: src/caffe/proto/caffe.proto of Caffe 1.0, BlobProto. Convolutions are (out, in, height, width), inner
products (out, in) unless they say that they are transposed, deconvolutions (in, out, height, width), as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from hilt.core.errors import LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.caffe import NEW, PARTS
from hilt.formats.protobuf import BYTES, VARINT, Field, Wire
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.orientation.recurrent import recurrent

_INNER_PRODUCT = ("InnerProduct", "14")
_INNER_PRODUCT_PARAMETERS, _TRANSPOSE = 117, 6
_LSTM_GATES = (0, 1, 3, 2)
"""Where the input, the forget, the cell and the output gate lie: so the layer LSTMUnit takes them."""
_NUMBERS = {5: "F32", 8: "F64"}
_OLD_SHAPE, _SHAPE = (1, 2, 3, 4), 7


def weights(given: Given) -> Iterator[TensorSource]:
    wire = Wire(given.source, given.limits)
    for field in wire.message():
        if field.wire == BYTES and field.number in PARTS:
            yield from _layer(given, wire, field, new=field.number == NEW)


def _layer(given: Given, wire: Wire, within: Field, *, new: bool) -> Iterator[TensorSource]:
    name, kind, transposed, blobs = "", "", False, list[Field]()
    for field in wire.message(within=within):
        if field.key == (1 if new else 4, BYTES):
            name = wire.text(field)
        elif field.key == (2, BYTES) and new:
            kind = wire.text(field)
        elif field.key == (5, VARINT) and not new:
            kind = str(field.value)
        elif field.key == (7 if new else 6, BYTES):
            blobs.append(field)
        elif field.key == (_INNER_PRODUCT_PARAMETERS, BYTES) and new:
            said = (part for part in wire.message(within=field) if part.key == (_TRANSPOSE, VARINT))
            transposed = any(part.value for part in said)
    for place, blob in enumerate(blobs):
        stored = _blob(given, wire, f"{name}/{place}", blob, is_matrix=kind in _INNER_PRODUCT)
        if stored is not None and kind == "LSTM":
            yield from recurrent(stored, _LSTM_GATES, biases=len(stored.shape) == 1)
        elif stored is not None:
            yield kernel(stored) if transposed and len(stored.shape) == 2 else stored


def _blob(given: Given, wire: Wire, name: str, within: Field, *, is_matrix: bool) -> TensorSource | None:
    """The numbers of a blob; None where they are not written packed, or are not as many as its shape says."""
    shape, old, numbers = list[int](), dict[int, int](), list[Field]()
    for field in wire.message(within=within):
        if field.wire == VARINT and field.number in _OLD_SHAPE:
            old[field.number] = field.value
        elif field.key == (_SHAPE, BYTES):
            for dimensions in wire.message(within=field):
                shape.extend(wire.varints(dimensions) if dimensions.number == 1 else ())
        elif field.wire == BYTES and field.number in _NUMBERS:
            numbers.append(field)
    if len(numbers) != 1:
        return None
    shape = shape or [old.get(number, 1) for number in _OLD_SHAPE]
    if len(shape) > given.limits.graph_tensor_rank:
        raise LimitExceeded("graph_tensor_rank", len(shape), given.limits.graph_tensor_rank, offset=within.start)
    if prod(shape[:-1]) == 1 or is_matrix:  # as Caffe wrote them before 2014: with ones in front
        while len(shape) > (2 if prod(shape[:-1]) > 1 else 1) and shape[0] == 1:
            del shape[0]
    dtype = _NUMBERS[numbers[0].number]
    if not shape or not prod(shape) or prod(shape) * SIZES[dtype] != numbers[0].end - numbers[0].start:
        return None
    return Dense(name=name, dtype=dtype, shape=tuple(shape), source=given.source, begin=numbers[0].start)
