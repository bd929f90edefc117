"""Tensors of a safetensors file: each lies in one piece, in C order."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.safetensors import Safetensors
from hilt.formats.tensors import Given
from hilt.formats.tensors.dense import Dense
from hilt.formats.tensors.numbers import SIZES


def tensors(given: Given) -> Iterator[TensorSource]:
    value: Safetensors = given.value
    for one in value.tensors:
        if one.dtype in SIZES and one.declared_bytes == one.end - one.begin:
            yield Dense(name=one.name, dtype=one.dtype, shape=one.shape, source=given.source, begin=one.begin)
