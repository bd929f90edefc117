"""Small transformers of random numbers, and what is done to models: for tests of what weights tell. Nothing is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.fingerprint import model_print
from hilt.knowledge.lineage.prints import ModelPrint

Weights = dict[str, NDArray[np.float32]]
WIDTH, INNER, LAYERS, TOKENS = 128, 320, 6, 9000
EMBEDDING = "model.embed_tokens.weight"


def transformer(seed: int, layers: int = LAYERS, width: int = WIDTH) -> Weights:
    """Embeddings, and layers of seven matrices, two norms and a bias."""
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> NDArray[np.float32]:
        return (random.standard_normal(shape) * 0.02).astype(np.float32)

    weights = {EMBEDDING: matrix(TOKENS, width)}
    for layer in range(layers):
        at = f"model.layers.{layer}."
        weights |= {f"{at}self_attn.{name}_proj.weight": matrix(width, width) for name in "qkvo"}
        weights |= {f"{at}mlp.{name}_proj.weight": matrix(INNER, width) for name in ("gate", "up")}
        weights[f"{at}mlp.down_proj.weight"] = matrix(width, INNER)
        weights[f"{at}self_attn.q_proj.bias"] = matrix(width)
        weights[f"{at}input_layernorm.weight"] = 1 + matrix(width)
        weights[f"{at}post_attention_layernorm.weight"] = 1 + matrix(width)
    return weights


def taken(weights: Mapping[str, NDArray[np.float32]], dtype: str = "F32", matrices: str = "") -> ModelPrint:
    """The fingerprint. `matrices` is the format of the tensors of two dimensions and more, where it is another."""
    return model_print(
        Held(name=name, dtype=matrices or dtype if values.ndim > 1 else dtype, values=np.asarray(values, np.float32))
        for name, values in weights.items()
    )


def each_matrix(weights: Weights, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Weights:
    return {name: change(values) if values.ndim > 1 else values for name, values in weights.items()}


def noisy(weights: Weights, part: float, seed: int = 9) -> Weights:
    """As after a fine-tune that moved every tensor by `part` of its norm."""
    random = np.random.default_rng(seed)
    return {
        name: (values + part * values.std() * random.standard_normal(values.shape)).astype(np.float32)
        for name, values in weights.items()
    }


def quantised(values: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """Rounded to equal steps in blocks of 32, and back."""
    blocks = values.reshape(-1, 32)
    steps = np.abs(blocks).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    return (np.round(blocks / steps) * steps).reshape(values.shape).astype(np.float32)


def pruned(values: NDArray[np.float32], part: float) -> NDArray[np.float32]:
    return np.where(np.abs(values) < np.quantile(np.abs(values), part), 0, values).astype(np.float32)


def restacked(weights: Weights, layers: Sequence[int]) -> Weights:
    """These layers of the model, numbered anew."""
    made = {EMBEDDING: weights[EMBEDDING]}
    for place, layer in enumerate(layers):
        before = f"model.layers.{layer}."
        made |= {f"model.layers.{place}.{name.removeprefix(before)}": values
                 for name, values in weights.items() if name.startswith(before)}  # fmt: skip
    return made
