"""Weights of ONNX Runtime's DynamicQuantizeLSTM: of 8 bits, (directions, in, gates * hidden), with scales of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from hilt.core.tensor_source import TensorSource
from hilt.formats.onnx_tensor import Tensor
from hilt.formats.onnx_uses import Use
from hilt.formats.tensors.layouts.affine import affine
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.onnx_store import Store
from hilt.formats.tensors.orientation.recurrent import DIRECTIONS

QUANTISED_LSTM = "DynamicQuantizeLSTM"


def directions(store: Store, use: Use, stored: Dense) -> Iterator[TensorSource]:
    """The weight of each direction, (gates * hidden, in); none where its scales cannot be had."""
    if len(stored.shape) != 3 or stored.shape[0] > len(DIRECTIONS) or use.quantised is None:
        return
    count, *rest = stored.shape
    scales, zeros = (_grids(store, tensor, count, rest[1]) for tensor in (use.quantised.scale, use.quantised.zero))
    if scales is None:
        return
    for place in range(count):
        ending = "" if count == 1 else DIRECTIONS[place]
        name, begin = stored.name + ending, stored.begin + place * prod(rest)
        part = kernel(replace(stored, name=name, shape=tuple(rest), begin=begin))
        zero = None if zeros is None else zeros[place]
        yield affine(part, scales[place], zero, name=name, dtype=stored.dtype)


def _grids(store: Store, tensor: Tensor | None, count: int, channels: int) -> list[Held] | None:
    """The scales or zero points of each direction: one number, or one for every output."""
    if tensor is None or tensor.parameters not in (count, count * channels):
        return None
    grid = store.grid(tensor, (count, tensor.parameters // count))
    if grid is None:
        return None
    return [Held(name="", dtype=grid.dtype, values=row.reshape(-1, 1)) for row in grid.rows(0, count)]
