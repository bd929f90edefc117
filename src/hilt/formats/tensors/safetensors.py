"""Tensors of a safetensors file: each lies in one piece, in C order."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.safetensors import Safetensors, Tensor
from hilt.formats.tensors import Given
from hilt.formats.tensors.checkpoint import put_together, settings
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: Safetensors = given.value
    yield from (one.name for one in value.tensors if one.parameters and not _is_readable(one, given))
    stored = {
        one.name: Dense(name=one.name, dtype=one.dtype, shape=one.shape, source=given.source, begin=one.begin)
        for one in value.tensors
        if one.parameters and _is_readable(one, given)
    }
    yield from put_together(stored, lambda: settings(given))


def _is_readable(one: Tensor, given: Given) -> bool:
    """Is it as long as its shape asks for, inside the file, and of numbers of whole bytes?"""
    inside = given.value.data_start <= one.begin and one.end <= given.source.size
    return inside and one.dtype in SIZES and one.declared_bytes == one.end - one.begin
