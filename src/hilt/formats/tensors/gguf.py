"""Tensors of a GGUF file: plain numbers or blocks, dimensions the other way round.

Source: llama.cpp, convert_hf_to_gguf.py and its parts in conversion/. For architectures whose rotary embedding turns
neighbours the converter interleaves the two halves of every head of queries and keys, and of others it takes the parts of
fused projections out of the heads; both are undone. Experts, stacked into one tensor, are given one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.gguf import BLOCKS, Gguf, Tensor
from hilt.formats.tensors import Given
from hilt.formats.tensors.ggml_blocks import SWAPPED, UNPACK
from hilt.formats.tensors.layouts.blocks import Blocks, Unpack
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.reordered import Reordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INTERLEAVED = frozenset((
    "llama", "llama-embed", "arcee", "arctic", "baichuan", "bailingmoe", "chameleon", "deci", "deepseek", "eagle3", "granite",
    "granite_swa", "granitehybrid", "granitemoe", "internlm2", "llada", "minicpm", "mistral3", "muse-glimmer", "nanbeige",
    "olmo", "smollm3", "xverse", "clip.vision",
))  # fmt: skip
"""Architectures whose converter calls `permute` on queries and keys."""
_PIXTRAL = "clip.vision"
"""What the keys of the metadata begin with that are of such a one for images; of these only Pixtral's is converted so."""
_FUSED = frozenset(("bloom", "gptneox"))
"""Architectures whose fused queries, keys and values stand head by head in the original."""
_QUERY_OR_KEY = re.compile(r"(?:v\.)?blk\.(\d{1,5})\.attn_([qk])\.(?:weight|bias)(?:\.lora_b)?")
_QUERY_KEY_VALUE = re.compile(r"blk\.(\d{1,5})\.attn_qkv\.(?:weight|bias)")
_MOST_EXPERTS, _MOST_OF_ALL = 1 << 10, 1 << 16
"""Matrices of one stack that are given one by one, and of all of a file."""
_FLOATS = frozenset(("F32", "F16", "BF16", "F64"))
_WHOLE_NUMBERS = frozenset(("I8", "I16", "I32", "I64"))
_SPLIT = re.compile(r"(.*-)\d{5}(-of-\d{5}\.gguf)", re.DOTALL)


def weights(given: Given) -> Iterator[TensorSource | str]:
    heads = _Heads(given)
    value: Gguf = given.value
    alone = 0
    for one in value.tensors:
        shape = one.shape[::-1]
        if not prod(shape) or one.dtype in _WHOLE_NUMBERS:
            continue
        if not _is_readable(one, given):
            yield one.name
        elif (
            one.name.endswith("_exps.weight") and len(shape) == 3 and shape[0] <= _MOST_EXPERTS and alone < _MOST_OF_ALL
        ):
            alone += shape[0]
            each = (one.declared_bytes or 0) // shape[0]
            for index in range(shape[0]):
                name = f"{one.name.removesuffix('weight')}{index}.weight"
                yield _stored(one, given, name, shape[1:], one.begin + index * each)
        else:
            yield heads.restored(_stored(one, given, one.name, shape, one.begin))


def _is_readable(one: Tensor, given: Given) -> bool:
    """Does its type have numbers that we can unpack, and does it end inside the file?"""
    known = one.dtype in (SWAPPED if given.value.big_endian else UNPACK) or one.dtype in _FLOATS
    size = one.declared_bytes
    return known and one.whole_blocks and size is not None and one.begin + size <= given.source.size


def _stored(one: Tensor, given: Given, name: str, shape: tuple[int, ...], begin: int) -> Dense | Blocks:
    big_endian = given.value.big_endian
    if one.dtype in _FLOATS:
        source = given.source
        return Dense(name=name, dtype=one.dtype, shape=shape, source=source, begin=begin, big_endian=big_endian)
    _, numbers, size = BLOCKS[one.type]
    unpack = UNPACK[one.dtype]
    if big_endian:
        unpack = partial(_swapped, unpack, SWAPPED[one.dtype])
    return Blocks(
        name=name,
        dtype=one.dtype,
        shape=shape,
        source=given.source,
        begin=begin,
        numbers=numbers,
        size=size,
        unpack=unpack,
    )


def _swapped(unpack: Unpack, places: tuple[int, ...], blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    blocks = blocks.copy()
    for at in places:
        blocks[:, [at, at + 1]] = blocks[:, [at + 1, at]]
    return unpack(blocks)


def _first_header(given: Given) -> Gguf:
    """That of the first file of a model in several, which has the metadata of all."""
    header: Gguf = given.value
    split = _SPLIT.fullmatch(given.path)
    first = f"{split[1]}00001{split[2]}" if split and header.value("split.no") else ""
    if first in given.paths:
        try:
            other = given.parsed(first)
        except FormatError:
            return header
        return other if isinstance(other, Gguf) else header
    return header


class _Heads:
    """How many heads attention has, from the metadata."""

    def __init__(self, given: Given) -> None:
        self._header = _first_header(given)
        name = self._header.value("general.architecture")
        if name == "clip" and self._header.value("clip.projector_type") == "pixtral":
            name = _PIXTRAL
        self._architecture = name

    def restored(self, stored: Dense | Blocks) -> TensorSource:
        """`stored` with its rows in the order of the model that it was converted from."""
        rows = stored.shape[0] if stored.shape else 1
        if self._architecture in _INTERLEAVED and (found := _QUERY_OR_KEY.fullmatch(stored.name)):
            heads = self._count(int(found[1]), of_keys=found[2] == "k")
            if heads and rows % (2 * heads) == 0:
                return Reordered(stored=stored, counts=(heads, 2, rows // heads // 2), axes=(0, 2, 1))
        if self._architecture in _FUSED and (found := _QUERY_KEY_VALUE.fullmatch(stored.name)):
            heads = self._count(int(found[1]), of_keys=False)
            if heads and rows % (3 * heads) == 0:
                return Reordered(stored=stored, counts=(heads, 3, rows // heads // 3), axes=(1, 0, 2))
        return stored

    def _count(self, layer: int, *, of_keys: bool) -> int:
        keys = [f"{self._architecture}.attention.head_count"]
        if of_keys:
            keys.insert(0, f"{keys[0]}_kv")
        for key in keys:
            numbers = self._header.numbers(key)
            value = numbers[layer] if layer < len(numbers) else self._header.value(key)
            if type(value) is int and value > 0:
                return value
        return 0
