"""Tensors of a model of the ggml family before GGUF, dimensions the other way round.

Source: llama.cpp of March to June 2023. Version 0 of the blocks puts neighbours into one byte, later ones a number and the
one half a block further; versions 0 and 1 have scales of 32 bits in some types, version 2 is today's. The sizes of the
blocks tell their scales; the version of the container, or the thousands of the last number of the model, their order.
Queries and keys of LLaMA stand as Meta has them, and are given as transformers has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.ggml import Ggml, Tensor
from hilt.formats.gguf import BLOCKS
from hilt.formats.tensors import Given
from hilt.formats.tensors.ggml_blocks import UNPACK
from hilt.formats.tensors.layouts.bit_fields import bits, fields
from hilt.formats.tensors.layouts.blocks import Blocks, Unpack
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.reordered import Reordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = {name: numbers for name, numbers, _ in BLOCKS.values()} | {"Q4_2": 16, "Q4_3": 16}
_SIZES = {name: size for name, _, size in BLOCKS.values()}
_OLD = {
    ("Q4_0", 18): 2, ("Q4_0", 20): 4, ("Q4_1", 20): 2, ("Q4_1", 24): 4, ("Q4_2", 10): 2, ("Q4_3", 12): 2,
    ("Q5_0", 22): 2, ("Q5_1", 24): 2,
}  # fmt: skip
"""By the type and the bytes of a block: the bytes of its scale."""
_WITH_MINIMUM, _OF_FIVE_BITS = frozenset(("Q4_1", "Q4_3", "Q5_1")), frozenset(("Q5_0", "Q5_1"))
_FLOATS = frozenset(("F32", "F16", "BF16", "F64"))
_WHOLE_NUMBERS = frozenset(("I8", "I16", "I32", "I64"))
_QUERY_OR_KEY = re.compile(r"layers\.\d{1,5}\.attention\.w[qk]\.weight")


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: Ggml = given.value
    version = _version(value)
    for one in value.tensors:
        if one.parameters and one.dtype in _FLOATS:
            shape = one.shape[::-1]
            dense = Dense(name=one.name, dtype=one.dtype, shape=shape, source=given.source, begin=one.begin)
            yield _reordered(dense, value)
        elif one.parameters and (unpack := _unpack(one, version)) is not None:
            yield _reordered(_blocks(one, given, unpack), value)
        elif one.parameters and one.dtype not in _WHOLE_NUMBERS:
            yield one.name


def _version(value: Ggml) -> int:
    """That of the blocks."""
    if value.container == "ggjt":
        return value.version - 1
    return value.numbers[-1] // 1000 if value.numbers else 0


def _size(one: Tensor) -> int:
    """The bytes of one block."""
    return one.declared_bytes * _NUMBERS[one.dtype] // one.parameters


def _unpack(one: Tensor, version: int) -> Unpack | None:
    """How a block of this type and size is unpacked; None where that is not known."""
    size = _size(one)
    scale = _OLD.get((one.dtype, size))
    if scale is not None and (version < 1 or size != _SIZES.get(one.dtype)):
        return partial(_old, one.dtype, scale, 1 if version < 1 else _NUMBERS[one.dtype] // 2)
    if (one.dtype, size) == ("Q8_0", 36):
        return _old_q8_0
    return UNPACK.get(one.dtype) if size == _SIZES.get(one.dtype) else None


def _blocks(one: Tensor, given: Given, unpack: Unpack) -> Blocks:
    return Blocks(
        name=one.name,
        dtype=one.dtype,
        shape=one.shape[::-1],
        source=given.source,
        begin=one.begin,
        numbers=_NUMBERS[one.dtype],
        size=_size(one),
        unpack=unpack,
    )


def _old(dtype: str, scale: int, run: int, blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Codes of 4 or 5 bits behind a scale of so many bytes, the lower ones of `run` bytes before the higher ones."""
    at, lowest = scale, 16 if dtype in _OF_FIVE_BITS else 8
    factor = _floats(blocks, 0, scale)
    minimum: NDArray[np.float32] | float = 0.0
    if dtype in _WITH_MINIMUM:
        minimum, at, lowest = _floats(blocks, at, scale), at + scale, 0
    codes = fields(blocks[:, at + 4 if dtype in _OF_FIVE_BITS else at :], 4, run)
    if dtype in _OF_FIVE_BITS:
        codes |= bits(blocks[:, at : at + 4]) << 4
    return (codes.astype(np.float32) - lowest) * factor + minimum


def _old_q8_0(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _floats(blocks, 0, 4) * blocks[:, 4:].view(np.int8).astype(np.float32)


def _floats(blocks: NDArray[np.uint8], at: int, size: int) -> NDArray[np.float32]:
    return np.ascontiguousarray(blocks[:, at : at + size]).view(f"<f{size}").astype(np.float32)


def _reordered(stored: Dense | Blocks, value: Ggml) -> TensorSource:
    """Queries and keys of LLaMA with the halves of each head apart."""
    if value.program != "llama" or len(value.numbers) != 7 or not _QUERY_OR_KEY.fullmatch(stored.name):
        return stored
    width, heads = value.numbers[1], value.numbers[3]
    size = width // heads if 0 < heads <= width else 0
    rows = stored.shape[0]
    if size < 2 or size % 2 or rows % size:
        return stored
    return Reordered(stored=stored, counts=(rows // size, 2, size // 2), axes=(0, 2, 1))
