"""Tensors of an MXNet model, which has them in PyTorch's order."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.mxnet_parameters import MxnetParameters
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense

_DTYPES = {0: "F32", 1: "F64", 2: "F16", 12: "BF16"}


def weights(given: Given) -> Iterator[TensorSource]:
    value: MxnetParameters = given.value
    for number, place in enumerate(value.places):
        if place is not None and place.kind in _DTYPES and place.shape and 0 not in place.shape:
            name = value.names[number] if value.names else str(number)
            dtype, shape, begin = _DTYPES[place.kind], place.shape, place.begin
            yield Dense(name=name, dtype=dtype, shape=shape, source=given.source, begin=begin)
