"""The arrays of a MessagePack file: models of Flax and spaCy.

Source: Flax, linen/linear.py, linen/attention.py and serialization.py. A kernel is (in, out) or (height, width, in, out),
those of attention (in, heads, size) and (heads, size, out); embeddings are as in PyTorch, and so is what Thinc keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from hilt.core.tensor_source import TensorSource
from hilt.formats.msgpack import Array, Msgpack
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.turned import kernel, projection

_DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int8": "I8", "uint8": "U8",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}  # fmt: skip
_OF_OPTIMISER = re.compile(r"(?:^|/)(?:opt_state|optimizer\w*)(?:/|$)")
_PIECE = re.compile(r"(.+)/chunks/\d+", re.DOTALL)
"""Flax cuts arrays of more than a gigabyte into pieces, and gives their shape beside them."""
_MOST_DIMENSIONS = 5


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: Msgpack = given.value
    lengths = {array.name: array.parameters for array in value.arrays if len(array.shape) == 1}
    for array in value.arrays:
        if _is_weight(array) and not _PIECE.fullmatch(array.name):
            dtype = _DTYPES[array.dtype]
            stored = Dense(name=array.name, dtype=dtype, shape=array.shape, source=given.source, begin=array.begin)
            yield _oriented(stored, lengths)
    pieces = (found[1] for array in value.arrays if _is_weight(array) and (found := _PIECE.fullmatch(array.name)))
    yield from (name for name, _ in groupby(pieces))


def _is_weight(array: Array) -> bool:
    if _OF_OPTIMISER.search(array.name) or not array.parameters or array.declared_bytes != array.size:
        return False
    return array.dtype in _DTYPES and (array.dtype not in ("int8", "uint8") or len(array.shape) > 1)


def _oriented(stored: Dense, lengths: dict[str, int]) -> TensorSource:
    """The array in PyTorch's order; its bias, where there is one, has the last word on which dimension is of the outputs."""
    *above, leaf = stored.name.split("/")
    rank, layer = len(stored.shape), above[-1] if above else ""
    if leaf != "kernel" or not 2 <= rank <= _MOST_DIMENSIONS:
        return stored
    if rank == 3 and layer in ("query", "key", "value"):
        return projection(stored, 1)
    if rank == 3 and layer == "out":
        return projection(stored, 2)
    bias = lengths.get("/".join((*above, "bias")))
    return stored if bias == stored.shape[0] != stored.shape[-1] else kernel(stored)
