"""Tensors in the layers of a Core ML neural network, as floats, halves, and numbers quantised to 1 to 8 bits.

Specification: NeuralNetwork.proto of coremltools 8, WeightParams and QuantizationParams; of bits the highest comes first.
Convolutions and inner products have their outputs first, embeddings are (features, tokens), the matrix of a product is
(in, out).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.protobuf import BYTES, VARINT, Field, Wire
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES, to_floats
from hilt.formats.tensors.layouts.palette import Palette
from hilt.formats.tensors.layouts.scaled import Scaled
from hilt.formats.tensors.layouts.turned import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CONVOLUTION, _DENSE, _EMBEDDING, _EMBEDDING_ND, _PRODUCT = 100, 140, 150, 1040, 1045
_LSTM, _BIDIRECTIONAL, _GRU, _RECURRENT, _BATCH_NORM = 420, 430, 410, 400, 160
_GATES = (1, 2, 3, 4, 20, 21, 22, 23, 40, 41, 42, 43)
_WEIGHTS = {
    _CONVOLUTION: (90, 91), _DENSE: (20, 21), _EMBEDDING: (20, 21), _EMBEDDING_ND: (20, 21), _PRODUCT: (8, 9),
    _LSTM: (), _BIDIRECTIONAL: (), _GRU: (30, 31, 32, 50, 51, 52, 70, 71, 72), _RECURRENT: (15, 16, 17),
    _BATCH_NORM: (15, 16, 17, 18),
}  # fmt: skip
"""By the number of a layer's own field, those of its weights; an LSTM has them one message further in."""
_TURNED = (_EMBEDDING, _EMBEDDING_ND, _PRODUCT)
_GATES_OF_LSTM = 20
_FLOATS, _HALVES, _RAW, _RAW_SIGNED, _QUANTISATION = 1, 2, 30, 31, 40
_LINEAR, _TABLE = 101, 102


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer: its kind, its plain numbers by their fields, the size of its kernel, and where its weights are."""

    kind: int
    name: str
    sizes: dict[int, int] = field(default_factory=dict)
    kernel: list[int] = field(default_factory=list)
    weights: list[Field] = field(default_factory=list)

    def shape(self, count: int) -> tuple[int, ...]:
        """That of a tensor of `count` numbers: a row where it is no matrix and no kernel of this layer."""
        first, second = self.sizes.get(1, 0), self.sizes.get(2, 0)
        shapes: tuple[tuple[int, ...], ...] = ((second, first), (second, second))
        if self.kind == _CONVOLUTION:
            groups = self.sizes.get(10) or 1
            channels = (second, first // groups) if self.sizes.get(60) else (first, second)
            shapes = ((*channels, *(self.kernel or (3, 3))),)
        elif self.kind == _PRODUCT:
            shapes = ((self.sizes.get(5, 0), self.sizes.get(6, 0)),)
        elif self.kind == _BATCH_NORM:
            shapes = ()
        return next((shape for shape in shapes if prod(shape) == count), (count,))


def network(given: Given, wire: Wire, within: Field) -> Iterator[TensorSource]:
    """The tensors of the layers of the network in `within`."""
    for layer in wire.message(within=within, numbers=False):
        if layer.key != (1, BYTES):
            continue
        name = ""
        for part in wire.message(within=layer, numbers=False):
            if part.key == (1, BYTES):
                name = wire.text(part)
            elif part.wire == BYTES and part.number in _WEIGHTS:
                yield from _tensors(given, wire, _layer(wire, name, part))


def _layer(wire: Wire, name: str, within: Field) -> _Layer:
    layer = _Layer(within.number, name)
    for part in wire.message(within=within):
        if part.number == _GATES_OF_LSTM and layer.kind == _CONVOLUTION:
            layer.kernel.extend(wire.varints(part))
        elif part.wire == VARINT:
            layer.sizes[part.number] = part.value
        elif part.key == (_GATES_OF_LSTM, BYTES) and layer.kind in (_LSTM, _BIDIRECTIONAL):
            layer.weights.extend(gate for gate in wire.message(within=part) if gate.number in _GATES)
        elif part.wire == BYTES and part.number in _WEIGHTS[layer.kind]:
            layer.weights.append(part)
    return layer


def _tensors(given: Given, wire: Wire, layer: _Layer) -> Iterator[TensorSource]:
    for weights in layer.weights:
        stored = _stored(given, wire, layer, weights)
        if stored is not None:
            yield kernel(stored) if layer.kind in _TURNED and len(stored.shape) == 2 else stored


def _stored(given: Given, wire: Wire, layer: _Layer, weights: Field) -> TensorSource | None:
    """What the message of weights holds; None where it is empty, or says nothing that a reader could go by."""
    parts = {part.number: part for part in wire.message(within=weights, numbers=False) if part.wire == BYTES}
    name = f"{layer.name}/{weights.number}"
    for number, dtype in ((_FLOATS, "F32"), (_HALVES, "F16")):
        part = parts.get(number)
        if part is not None and part.end - part.start >= SIZES[dtype]:
            shape = layer.shape((part.end - part.start) // SIZES[dtype])
            return Dense(name=name, dtype=dtype, shape=shape, source=given.source, begin=part.start)
    said = parts.get(_QUANTISATION)
    raw = parts.get(_RAW) or parts.get(_RAW_SIGNED)
    return None if said is None or raw is None else _quantised(given, wire, layer, name, raw, said)


def _quantised(given: Given, wire: Wire, layer: _Layer, name: str, raw: Field, said: Field) -> TensorSource | None:
    numbers: dict[tuple[int, int], NDArray[np.float32]] = {}
    bits = 8
    for part in wire.message(within=said):
        if part.key == (1, VARINT):
            bits = part.value
        elif part.wire == BYTES and part.number in (_LINEAR, _TABLE):
            for row in wire.message(within=part, numbers=False):
                if row.wire == BYTES and row.number in (1, 2) and (row.end - row.start) % 4 == 0:
                    numbers[part.number, row.number] = to_floats(wire.bytes(row), "F32")
    if not 1 <= bits <= 8 or raw.end == raw.start:
        return None
    table, scale = numbers.get((_TABLE, 1)), numbers.get((_LINEAR, 1))
    count = (raw.end - raw.start) * 8 // bits
    # The last byte may be filled up, so that the layer says how many numbers there are.
    shape = next((shape for n in range(count, max(0, count - 8), -1) if len(shape := layer.shape(n)) > 1), (count,))
    if table is not None and len(table) != 1 << bits:
        return None
    signed = raw.number == _RAW_SIGNED
    plain = np.arange(1 << bits, dtype=np.float32) - (np.arange(1 << bits) >> (bits - 1) << bits if signed else 0)
    stored = Palette(
        name=name,
        dtype=f"{'I' if signed else 'U'}{bits}",
        shape=shape,
        source=given.source,
        begin=raw.start,
        bits=bits,
        tables=(plain.astype(np.float32) if table is None else table).reshape(1, -1),
        high_first=True,
    )
    if table is not None or scale is None or len(scale) not in (1, shape[0]):
        return stored
    offset = numbers.get((_LINEAR, 2))
    return Scaled(
        stored=stored, scale=scale, offset=offset if offset is not None and len(offset) == len(scale) else 0.0
    )
