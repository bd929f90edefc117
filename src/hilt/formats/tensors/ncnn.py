"""Tensors of an ncnn model: the weights in the `.bin` beside a description, in the order and the shapes of its layers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import prod

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.tensor_source import TensorSource
from hilt.formats.ncnn import Layer, Ncnn
from hilt.formats.ncnn_layers import Stored, type_of, weights_of
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.affine import affine
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.turned import Swapped, kernel
from hilt.formats.tensors.orientation.recurrent import recurrent

_CONVOLUTIONS = ("Convolution", "ConvolutionDepthWise", "Deconvolution", "DeconvolutionDepthWise")
_GATES = {"LSTM": (0, 1, 3, 2), "GRU": (0, 1, 2), "RNN": (0,)}
"""Where in ncnn's order each gate of PyTorch's lies: i, f, g, o of i, f, o, g."""
_SCALED = {"Convolution": (8, 5), "ConvolutionDepthWise": (8, 5), "InnerProduct": (8, 1), "Embed": (18, 2)}
"""Layers with weights of 8 bits: the parameters that say that scales lie behind them, and that a bias does."""


def weights(given: Given) -> Iterator[TensorSource | str]:
    """Without tables of indices, and 8-bit numbers of layers other than convolutions, products and embeddings."""
    for name, found in _by_name(given):
        yield from found or (name,)


def _by_name(given: Given) -> Iterator[tuple[str, list[TensorSource]]]:
    model: Ncnn = given.value
    path = given.path.removesuffix(".bin").removesuffix(".param") + ".bin"
    if model.of_pnnx or path not in given.paths or path == given.path:
        return
    weights = given.beside(path)
    for _, group in groupby(weights_of(model.layers, weights), key=lambda one: id(one.layer)):
        stored = list(group)
        layer, kind = stored[0].layer, type_of(stored[0].layer)
        switch, bias = _SCALED.get(kind, (0, 0))
        scaled = bool(switch and layer.number(switch))
        scale = 1 + (layer.number(bias) != 0)
        for one in stored:
            if one.length <= 1 or (scaled and one.place >= scale):
                continue
            dense = _dense(one, layer, kind, weights)
            has_scales = scaled and scale < len(stored) and dense and stored[scale].length in (1, dense.shape[0])
            if dense is None or (one.kind == "I8" and not has_scales):
                yield _name(one), []
            elif one.kind == "I8":
                yield dense.name, [_scaled(dense, stored[scale], weights)]
            else:
                yield dense.name, list(_meant(dense, one, layer, kind))


def _name(stored: Stored) -> str:
    """ncnn names layers, not their tensors."""
    return f"{stored.layer.name}.{stored.place}"


def _dense(stored: Stored, layer: Layer, kind: str, weights: ByteSource) -> Dense | None:
    shape = _shape(stored, layer, kind)
    if not stored.kind or min(shape) <= 0 or stored.end > weights.size:
        return None
    # A shape that the parameters do not fit together to is none.
    shape = shape if prod(shape) == stored.length else (stored.length,)
    return Dense(name=_name(stored), dtype=stored.kind, shape=shape, source=weights, begin=stored.numbers)


def _meant(dense: Dense, stored: Stored, layer: Layer, kind: str) -> Iterator[TensorSource]:
    rank = len(dense.shape)
    if kind.startswith("Deconvolution") and "DepthWise" not in kind and rank > 2:
        yield Swapped(stored=dense)  # PyTorch has the inputs of these first
    elif kind == "Gemm" and rank == 2 and _is_right(stored, layer) and not layer.number(3):
        yield kernel(dense)
    elif kind in _GATES and rank > 1 and stored.place in (0, 1, 2):
        yield from recurrent(dense, _GATES[kind] if stored.place != 1 else _bias_order(kind), biases=stored.place == 1)
    else:
        yield dense


def _scaled(dense: Dense, scale: Stored, weights: ByteSource) -> TensorSource:
    """Numbers of 8 bits; ncnn keeps what was multiplied with, not what to multiply with."""
    numbers = Dense(name="", dtype="F32", shape=(scale.length,), source=weights, begin=scale.begin)
    with np.errstate(divide="ignore", over="ignore"):
        values = np.float32(1) / numbers.rows(0, scale.length)
    grid = Held(name="", dtype="F32", values=values.reshape(scale.length, *(1 for _ in dense.shape[1:])))
    return affine(dense, grid, None, name=dense.name, dtype="I8")


def _bias_order(kind: str) -> tuple[int, ...]:
    """The biases of a GRU are four rows: those of r and z, and both of n."""
    return (0, 1, 2, 3) if kind == "GRU" else _GATES[kind]


def _is_right(stored: Stored, layer: Layer) -> bool:
    """Is this the right matrix of a Gemm?"""
    return layer.number(5) != 0 and stored.place == (1 if layer.number(4) else 0)


def _shape(stored: Stored, layer: Layer, kind: str) -> tuple[int, ...]:
    """The shape of a tensor as the parameters of its layer tell it; one dimension where they do not."""
    count, outputs, first = stored.length, layer.number(0), stored.place == 0
    if kind.removesuffix("1D").removesuffix("3D") in _CONVOLUTIONS and first:
        width = layer.number(1)
        sizes = (width,) if kind.endswith("1D") else (layer.number(11, width), width)
        sizes = (layer.number(21, width), *sizes) if kind.endswith("3D") else sizes
        each = outputs * prod(sizes)
        return (outputs, count // each, *sizes) if each > 0 else (count,)
    if kind == "InnerProduct" and first:
        return (outputs, count // outputs) if outputs > 0 else (count,)
    if kind == "Embed" and first:
        return layer.number(1), outputs
    if kind == "Gemm" and _is_right(stored, layer):
        columns, depth = layer.number(8), layer.number(9)
        return (columns, depth) if layer.number(3) else (depth, columns)
    if kind in _GATES:
        return _recurrent_shape(stored, layer, kind)
    if kind == "MultiHeadAttention" and stored.place in (0, 2, 4, 6):
        rows = layer.number(2) // max(1, outputs) if stored.place == 6 else outputs
        return (rows, count // rows) if rows > 0 else (count,)
    if kind == "MemoryData":
        return tuple(size for size in map(layer.number, (2, 11, 1, 0)) if size)
    return (count,)


def _recurrent_shape(stored: Stored, layer: Layer, kind: str) -> tuple[int, ...]:
    outputs, directions = layer.number(0), 2 if layer.number(2) == 2 else 1
    hidden = layer.number(3, outputs) if kind == "LSTM" else outputs
    rows = len(_GATES[kind]) * hidden
    if rows <= 0 or stored.place > 2:
        return (stored.length,)
    if stored.place == 1:
        return directions, stored.length // directions
    return directions, rows, stored.length // (directions * rows)
