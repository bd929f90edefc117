"""Models of which only the headers are written: tensors without bytes, and configs."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import Any

from attacks.gguf import Info, Raw, gguf
from hilt.checks import CHECKS, listed
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.formats.gguf import BLOCKS
from repositories import repository

BYTES = {"F32": 4, "BF16": 2, "F16": 2, "U8": 1, "I32": 4, "F8_E4M3": 1, "I8": 1}
TYPES = {name: number for number, (name, _, _) in BLOCKS.items()}


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> bytes:
    """The header of a file of these tensors: (number format, shape) by name."""
    header, end = {}, 0
    for name, (dtype, shape) in tensors.items():
        begin, end = end, end + prod(shape) * BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
    told = json.dumps(header).encode()
    return struct.pack("<Q", len(told)) + told


def headed(tensors: Mapping[str, tuple[str, tuple[int, ...]]], **keys: str | int | bool | Raw) -> bytes:
    """The header of a GGUF file of these tensors, the fastest dimension first, and these keys, with `__` for a dot."""
    told = [(key.replace("__", "."), value) for key, value in keys.items()]
    infos = [Info(name=name, shape=shape, type=TYPES[dtype]) for name, (dtype, shape) in tensors.items()]
    return gguf(infos, b"", told)


def numbers(*each: int) -> Raw:
    """An array of numbers, as a key of a GGUF file."""
    return Raw(type=9, data=struct.pack(f"<IQ{len(each)}I", 4, len(each), *each))


def llama(
    *,
    layers: int = 2,
    width: int = 64,
    heads: int = 4,
    kept: int = 2,
    each: int = 16,
    inner: int = 128,
    words: int = 1000,
) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The tensors of a small Llama, as transformers names them."""
    found = {"model.embed_tokens.weight": ("BF16", (words, width)), "model.norm.weight": ("BF16", (width,))}
    for layer in range(layers):
        at = f"model.layers.{layer}"
        found |= {
            f"{at}.self_attn.q_proj.weight": ("BF16", (heads * each, width)),
            f"{at}.self_attn.k_proj.weight": ("BF16", (kept * each, width)),
            f"{at}.self_attn.v_proj.weight": ("BF16", (kept * each, width)),
            f"{at}.self_attn.o_proj.weight": ("BF16", (width, heads * each)),
            f"{at}.mlp.gate_proj.weight": ("BF16", (inner, width)),
            f"{at}.mlp.up_proj.weight": ("BF16", (inner, width)),
            f"{at}.mlp.down_proj.weight": ("BF16", (width, inner)),
        }
    return found


def llama_config(**other: object) -> bytes:
    """The config that belongs to `llama()`."""
    told = {
        "model_type": "llama",
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 128,
        "vocab_size": 1000,
        "max_position_embeddings": 2048,
    }
    return json.dumps(told | other).encode()


def facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What is stated of the memory of these files, after the checks whose facts it weighs."""
    subject = repository(files)
    for before in CHECKS:
        if before.id == "weights":
            subject.facts.extend(seen for seen in before.run(subject) if isinstance(seen, Fact))
    return {seen.key: seen.value for seen in listed("memory-needed").run(subject) if isinstance(seen, Fact)}


def findings(files: Mapping[str, bytes]) -> list[Finding]:
    return [seen for seen in listed("config-mismatch").run(repository(files)) if isinstance(seen, Finding)]
