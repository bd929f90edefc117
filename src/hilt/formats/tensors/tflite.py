"""Tensors of a TensorFlow Lite model: its kernels have the inputs last, (out, height, width, in).

Left out are sparse tensors, and whole numbers that have no scale: shapes, paddings, indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats import tflite_tensors as lite
from hilt.formats.tensors import Given
from hilt.formats.tensors.dense import Dense, Held
from hilt.formats.tensors.numbers import SIZES
from hilt.formats.tensors.parts import ChannelsFirst
from hilt.formats.tensors.quantised import affine, channels
from hilt.formats.tensors.turned import kernel, last_first
from hilt.formats.tensors.unpacked import SmallNumbers
from hilt.formats.tflite_tensors import Tensor

_FLOATS = ("F16", "BF16", "F32", "F64")


def tensors(given: Given) -> Iterator[TensorSource]:
    seen = set[tuple[str, int]]()
    for tensor in lite.constants(given.source, given.limits):
        key = tensor.name, tensor.data[0]
        # The subgraphs of several signatures hold the same weights.
        if key not in seen and prod(tensor.shape) > 1 and not tensor.sparse and min(tensor.shape) > 0:
            seen.add(key)
            try:
                yield from _meant(given, tensor)
            except FormatError:
                continue  # scales that do not fit: the other tensors are there all the same


def _meant(given: Given, tensor: Tensor) -> Iterator[TensorSource]:
    stored = _stored(given, tensor)
    if stored is None:
        return
    whole = _turned(stored, tensor)
    if tensor.dtype in _FLOATS:
        yield whole
        return
    grids = [
        _turned(channels(values, len(tensor.shape), tensor.axis % len(tensor.shape)), tensor) if values else None
        for values in (_few(given, tensor.scales, "F32"), _few(given, tensor.zeros, "I64"))
    ]
    if grids[0] is not None:
        yield affine(whole, grids[0], grids[1], name=tensor.name, dtype=tensor.dtype)


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


def _few(given: Given, place: tuple[int, int], dtype: str) -> list[float]:
    begin, end = place
    count = (end - begin) // SIZES[dtype]
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
            case (lite.CONV_3D, 1, 5):
                return kernel(stored)
            case (lite.BATCH_MATMUL, 1, 2) if not adjoint:
                return kernel(stored)
    return stored
