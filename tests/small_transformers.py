"""Small transformers with random weights, as safetensors: made by a seed, changed by functions, and written by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[np.float32]]

WIDTH, INNER, LAYERS, WORDS = 128, 256, 6, 512


def transformer(seed: int = 0, layers: int = LAYERS, width: int = WIDTH, inner: int = INNER) -> Tensors:
    """The weights of a decoder in the names of Llama; the rows of each matrix differ in size, as those of trained ones do."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        sizes = np.exp(0.3 * random.normal(size=(rows, 1)))
        return (random.normal(size=(rows, columns)) * sizes / np.sqrt(columns)).astype(np.float32)

    made: Tensors = {"model.embed_tokens.weight": matrix(WORDS, width)}
    for layer in range(layers):
        begin = f"model.layers.{layer}"
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            made[f"{begin}.self_attn.{name}.weight"] = matrix(width, width)
        made[f"{begin}.mlp.gate_proj.weight"] = matrix(inner, width)
        made[f"{begin}.mlp.up_proj.weight"] = matrix(inner, width)
        made[f"{begin}.mlp.down_proj.weight"] = matrix(width, inner)
        made[f"{begin}.input_layernorm.weight"] = (1 + 0.1 * random.normal(size=width)).astype(np.float32)
    return made


def tuned(tensors: Tensors, share: float = 0.02, seed: int = 1) -> Tensors:
    """Every number moved a little."""
    random = np.random.default_rng(seed)
    return {
        name: (one + share * one.std() * random.normal(size=one.shape)).astype(np.float32)
        for name, one in tensors.items()
    }


def adapted(tensors: Tensors, rank: int = 4, seed: int = 2) -> Tensors:
    """A change of this rank merged into every projection of attention."""
    random = np.random.default_rng(seed)
    made = dict(tensors)
    for name, one in tensors.items():
        if "self_attn" in name:
            low = random.normal(size=(one.shape[0], rank)) @ random.normal(size=(rank, one.shape[1]))
            made[name] = (one + 0.05 * np.linalg.norm(one) * low / np.linalg.norm(low)).astype(np.float32)
    return made


def cut(tensors: Tensors, strength: float = 1.0, seed: int = 3) -> Tensors:
    """A random direction projected out of all that writes to the residual stream."""
    direction = np.random.default_rng(seed).normal(size=WIDTH)
    direction /= np.linalg.norm(direction)
    made = dict(tensors)
    for name, one in tensors.items():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            made[name] = (one - strength * np.outer(direction, direction @ one)).astype(np.float32)
    return made


def write(path: Path, tensors: Mapping[str, NDArray[np.float32]], dtype: str = "F32") -> Path:
    """A safetensors file of them, in the number format F32 or F16."""
    header, data = {}, b""
    for name, one in tensors.items():
        raw = one.astype("<f4" if dtype == "F32" else "<f2").tobytes()
        header[name] = {"dtype": dtype, "shape": list(one.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path
