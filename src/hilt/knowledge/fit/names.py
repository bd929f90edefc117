"""When two names mean the same open model: sizes, versions and words such as instruct must agree, in any spelling.

`unsloth/Llama-3.1-8B-Instruct-GGUF`, `meta-llama/Meta-Llama-3.1-8B-Instruct` and `llama-3.1-8b-instruct` have one key. What
says how weights are packed or numbered is left out of it; whatever else a name says stays, so that a near neighbour has
another key: another size, another version, a base model, a date.
"""

from __future__ import annotations

import re

_QUANTISED = re.compile(r"(?<![a-z0-9])(ud[-_.])?i?q[1-8](_([0-9ksmlx]|xs|xxs|xl|nl))*(?![a-z0-9])")
"""Types of llama.cpp: Q4_K_M, IQ3_XXS, UD-Q4_K_XL."""
_ENDINGS = re.compile(r"\.(gguf|safetensors|onnx|bin|pt|pth|zip|tar|json)$")
_SHARD = re.compile(r"-\d{5}-of-\d{5}")
_FAMILY = re.compile(r"(?<![a-z0-9])([a-z]{3,})(\d)")
_APART = re.compile(r"[^a-z0-9.]+")
_PACKED = frozenset(
    "gguf ggml awq gptq fp8 fp16 bf16 f16 f32 fp32 int4 int8 4bit 8bit 3bit 6bit bit w4a16 w8a8 w8a16 nvfp4 mxfp4 fp4 exl2 "
    "exl3 mlx bnb quantized imatrix i1 hf dynamic".split()
)
"""Words that say how weights are packed, and nothing of which they are."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([bmt])")
_MIXTURE = re.compile(r"\d+x\d+(\.\d+)?b|\d+e")
"""Sizes of which one counts only a part: 8x7b, 17b-16e."""
_UNITS = {"m": 1e6, "b": 1e9, "t": 1e12}
_FEWEST, _MOST = 0.1, 1.6
"""Between which multiples of the stated size the counted parameters may lie: packed numbers count as fewer, and small
models leave their embeddings out of their name."""


def key(name: str) -> str:
    """What names of one model have in common; empty where nothing is left."""
    told = _ENDINGS.sub("", name.strip().rstrip("/").lower().rpartition("/")[2])
    told = _QUANTISED.sub(" ", _SHARD.sub("", told))
    words = [word.strip(".") for word in _APART.split(_FAMILY.sub(r"\1-\2", told))]
    kept = [word for word in words if word and word not in _PACKED]
    if kept[:2] == ["meta", "llama"]:
        kept = kept[1:]
    return "-".join(kept)


def stated_size(name_key: str) -> float | None:
    """The parameters that a name states; None where it states none, or only a part of them."""
    words = name_key.split("-")
    if any(_MIXTURE.fullmatch(word) for word in words):
        return None
    sizes = [float(found[1]) * _UNITS[found[2]] for word in words if (found := _SIZE.fullmatch(word))]
    return max(sizes, default=None)


def agrees(name_key: str, parameters: int | None) -> bool:
    """Can a model with so many parameters bear this name?"""
    stated = stated_size(name_key)
    return not stated or not parameters or _FEWEST * stated <= parameters <= _MOST * stated
