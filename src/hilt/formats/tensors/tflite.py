"""Tensors of a TensorFlow Lite model: its kernels have the inputs last, (out, height, width, in).

Whole numbers that have no scale are shapes, paddings and indices, and left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats import tflite_tensors as lite
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.affine import affine, channels
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.turned import ChannelsFirst, kernel, last_first
from hilt.formats.tensors.layouts.whole_bytes import SmallNumbers
from hilt.formats.tflite_tensors import Tensor

_FLOATS = ("F16", "BF16", "F32", "F64")


def weights(given: Given) -> Iterator[TensorSource | str]:
    """Without sparse tensors, and those whose bytes or scales do not fit their shapes."""
    for tensor, found in _constants(given):
        yield tensor.name if found is None else found


def _constants(given: Given) -> Iterator[tuple[Tensor, TensorSource | None]]:
    seen = set[tuple[str, int]]()
    for tensor in lite.constants(given.source, given.limits):
        key = tensor.name, tensor.data[0]
        is_weight = tensor.dtype in _FLOATS or tensor.scales[1] > tensor.scales[0]
        # The subgraphs of several signatures hold the same weights.
        if key not in seen and is_weight and prod(tensor.shape) > 1 and min(tensor.shape) > 0:
            seen.add(key)
            try:
                yield tensor, None if tensor.sparse else _meant(given, tensor)
            except FormatError:  # scales that do not fit: the other tensors are there all the same
                yield tensor, None


def _meant(given: Given, tensor: Tensor) -> TensorSource | None:
    stored = _stored(given, tensor)
    if stored is None:
        return None
    whole = _turned(stored, tensor)
    if tensor.dtype in _FLOATS:
        return whole
    rank = len(tensor.shape)
    scale, zero = _few(given, tensor, tensor.scales, "F32"), _few(given, tensor, tensor.zeros, "I64")
    grids = [_turned(channels(values, rank, tensor.axis % rank), tensor) for values in (scale, zero or [0.0])]
    return affine(whole, grids[0], grids[1], name=tensor.name, dtype=tensor.dtype)


def _stored(given: Given, tensor: Tensor) -> Dense | None:
    """The numbers as they lie in the file; None where the shape does not fill the bytes."""
    (begin, end), count = tensor.data, prod(tensor.shape)
    source = given.source
    if tensor.dtype == "I4":
        numbers = SmallNumbers(source, begin, count, bits=4, signed=True)
        fits = end - begin == (count + 1) // 2
        return Dense(name=tensor.name, dtype="I8", shape=tensor.shape, source=numbers, begin=0) if fits else None
    if end - begin != count * SIZES[tensor.dtype]:
        return None
    return Dense(name=tensor.name, dtype=tensor.dtype, shape=tensor.shape, source=source, begin=begin)


def _few(given: Given, tensor: Tensor, place: tuple[int, int], dtype: str) -> list[float]:
    begin, end = place
    count = (end - begin) // SIZES[dtype]
    if count > max(tensor.shape):
        raise FormatError(f"tensor {tensor.name!r} of shape {tensor.shape} has {count} scales", offset=begin)
    dense = Dense(name="", dtype=dtype, shape=(count,), source=given.source, begin=begin)
    return [float(value) for value in dense.rows(0, count)[:, 0]] if count else []


def _turned(stored: Dense | Held, tensor: Tensor) -> TensorSource:
    """What is stored in PyTorch's order, as the first operator that takes it as a weight tells."""
    rank = len(tensor.shape)
    for operator, taken_as, adjoint in tensor.taken:
        match operator, taken_as, rank:
            case (lite.CONV_2D, 1, 4):
                return ChannelsFirst(stored=stored)
            case (lite.DEPTHWISE_CONV_2D, 1, 4) if stored.shape[0] == 1:
                return last_first(stored)
            case (lite.TRANSPOSE_CONV, 1, 4):  # PyTorch has the inputs of these first
                return last_first(stored)
            case (lite.FULLY_CONNECTED, 1, 2):
                return stored
            case (lite.CONV_3D, 1, 5):
                return kernel(stored)
            case (lite.BATCH_MATMUL, 1, 2) if not adjoint:
                return kernel(stored)
    # A bias, spread over the dimensions of what it is added to.
    if isinstance(stored, Dense) and tensor.dtype in _FLOATS and max(stored.shape) == prod(stored.shape):
        return replace(stored, shape=(prod(stored.shape),))
    return stored
