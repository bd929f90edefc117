"""The tensors of a set of weights, by the names that transformers and llama.cpp give them: what of the shape they tell.

They are what is loaded; a config is what somebody wrote beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.fit.shape import MOST
from hilt.knowledge.fit.told import MOST_LAYERS, MOST_NUMBER

_LAYER = lazy_pattern(
    r"(?P<model>(?:[\w-]+\.){0,8}?)(?:layers?|h|blks?|blocks?)\.(?P<number>\d{1,4})\.(?P<rest>.{1,200})", re.ASCII
)
_KEYS = lazy_pattern(r"(?:(?:self_attn|attn|attention|self_attention)\.)?(?:k_proj|key|wk|attn_k)\.weight")
_VALUES = lazy_pattern(r"(?:(?:self_attn|attn|attention|self_attention)\.)?(?:v_proj|value|wv|attn_v)\.weight")
_EMBEDDING = lazy_pattern(
    r"(?:.*\.)?(?:embed_tokens|wte|word_embeddings|embed_in|tok_embeddings|token_embd|shared)\.weight"
)
_HEAD = lazy_pattern(r"(?:.*\.)?(?:lm_head|embed_out|output|output_layer)\.weight")
_LOOKED_UP = lazy_pattern(
    r"(?:.*\.)?(?:embed_tokens_per_layer|per_layer_token_embd)\.weight|.*position_embeddings?\.weight"
)
_EXPERT = lazy_pattern(r".*(?:\.experts\.|_exps\.).*")
_BESIDE = lazy_pattern(
    r"(?:model\.)?(?:mtp|vision_tower|vision_model|vision|visual|audio_tower|audio_model|multi_modal_projector|embed_vision"
    r"|embed_audio|mm|v|a)\..*"
)
"""Parts that no written token passes through: what sees, hears or reads the input, and what guesses further tokens."""
_ENCODER, _DECODER = lazy_pattern(r"(?:model\.)?encoder\..*"), lazy_pattern(r"(?:.*\.)?decoder\..*")
_PACKED = {"U8", "I8", "I16", "I32", "U32", "I64", "F4"}
"""Number formats of safetensors in which quantisers pack several weights into one number."""


class Stored(NamedTuple):
    """One tensor; `shape` as PyTorch orders it, the slowest dimension first."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    parameters: int
    bytes: int


class Measured(NamedTuple):
    """What tensors tell of the shape; 0 and empty where they do not. `rows` are of the keys and values of each layer."""

    layers: int = 0
    vocabulary: int = 0
    width: int = 0
    rows: tuple[tuple[int, int], ...] = ()


def stored(tensors: Iterable[Any], *, reversed_shape: bool) -> Iterator[Stored]:
    """The tensors of a reader. What one states beyond all machines counts as nothing."""
    for tensor in tensors:
        size, parameters = tensor.declared_bytes or 0, tensor.parameters
        if 0 <= size <= MOST and 0 <= parameters <= MOST:
            shape = tensor.shape[::-1] if reversed_shape else tensor.shape
            yield Stored(tensor.name, tensor.dtype, shape, parameters, size)


def measured(tensors: Sequence[Stored]) -> Measured:
    """What the tensors of the language model among these tell."""
    models: dict[str, dict[int, dict[str, int]]] = {}
    weight: dict[str, int] = {}
    embedding: tuple[int, ...] = ()
    for one in _writing(tensors):
        matrix = len(one.shape) == 2 and max(one.shape) <= MOST_NUMBER and one.dtype not in _PACKED
        if matrix and _EMBEDDING.fullmatch(one.name):
            embedding = max(embedding, one.shape)
        if (found := _LAYER.fullmatch(one.name)) is None or int(found["number"]) >= MOST_LAYERS:
            continue
        weight[found["model"]] = weight.get(found["model"], 0) + one.bytes
        of_layer = models.setdefault(found["model"], {}).setdefault(int(found["number"]), {})
        if matrix:
            for what, pattern in (("keys", _KEYS), ("values", _VALUES)):
                if pattern.fullmatch(found["rest"]):
                    of_layer[what] = one.shape[0]
    layers = models[max(weight, key=lambda model: weight[model])] if weight else {}
    count = max(layers, default=-1) + 1
    rows = tuple((layers.get(n, {}).get("keys", 0), layers.get(n, {}).get("values", 0)) for n in range(count))
    vocabulary, width = embedding or (0, 0)
    return Measured(layers=count, vocabulary=vocabulary, width=width, rows=rows)


def read_for_each(tensors: Sequence[Stored], experts: tuple[int, int] | None) -> int:
    """Bytes of the weights that one written token passes through; 0 where that cannot be told.

    Of tables that are looked up it reads a row, and of a mixture of experts those that are chosen: `experts` are how
    many are chosen, and of how many.
    """
    passed = mixed = table = 0
    head = False
    for one in _writing(tensors):
        head = head or _HEAD.fullmatch(one.name) is not None
        if _LOOKED_UP.fullmatch(one.name):
            continue
        if _EMBEDDING.fullmatch(one.name):
            table += one.bytes
        elif _EXPERT.fullmatch(one.name):
            mixed += one.bytes
        else:
            passed += one.bytes
    if mixed and experts is None:
        return 0
    chosen, among = experts or (0, 1)
    return passed + (0 if head else table) + mixed * chosen // max(1, among)


def _writing(tensors: Sequence[Stored]) -> Iterator[Stored]:
    """The tensors that a written token passes through: of an encoder and a decoder, those of the decoder."""
    two = any(_DECODER.fullmatch(one.name) for one in tensors)
    for one in tensors:
        if not _BESIDE.fullmatch(one.name) and not (two and _ENCODER.fullmatch(one.name)):
            yield one


def by_format(tensors: Iterable[Stored]) -> tuple[tuple[str, int], ...]:
    """The bytes in each number format, the most first."""
    sizes: dict[str, int] = {}
    for one in tensors:
        sizes[one.dtype] = sizes.get(one.dtype, 0) + one.bytes
    return tuple(sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))[:16])


def packed(tensors: Iterable[Stored]) -> bool:
    """Whether most bytes are in formats in which several weights are packed into one number."""
    sizes = dict(by_format(tensors))
    return 2 * sum(size for dtype, size in sizes.items() if dtype in _PACKED) > sum(sizes.values())
