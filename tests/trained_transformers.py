"""Small transformers whose weights resemble trained ones, and edits of what they write to their residual stream.

Singular values that fall, a few channels that are louder than all others, and layers that share some directions: what a test
of removed directions must not take for one. Only random directions are removed here, and no model is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hilt.formats.tensors.layouts.dense import Held

Matrix = NDArray[np.float32]
Weights = dict[str, Matrix]
WIDTH, LAYERS, INNER = 192, 12, 640
OUT, DOWN = "model.layers.{}.self_attn.o_proj.weight", "model.layers.{}.mlp.down_proj.weight"
EMBEDDING = "model.embed_tokens.weight"


def transformer(seed: int = 1, *, width: int = WIDTH, layers: int = LAYERS, inner: int = INNER) -> Weights:
    """What writes to its residual stream."""
    random = np.random.default_rng(seed)
    shared = random.standard_normal((width, 12))
    loud = 1 + 4 * (random.random(width) < 0.02)
    weights = {}
    for layer in range(layers):
        for name, across in ((OUT, width), (DOWN, inner)):
            full = random.standard_normal((width, across)) * (0.4 + random.random(width))[:, None]
            low = random.standard_normal((width, 24)) @ random.standard_normal((24, across)) * 0.3
            common = shared @ random.standard_normal((12, across)) * 0.2
            weights[name.format(layer)] = _small((full + low + common) * loud[:, None])
    weights[EMBEDDING] = _small(random.standard_normal((1000, width)) * loud)
    return weights


def direction(width: int = WIDTH, seed: int = 5, count: int = 1) -> Matrix:
    """Random directions at right angles to each other, as columns."""
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((width, count)))[0].astype(np.float32)


def ablated(
    weights: Weights,
    v: Matrix,
    strength: float = 1.0,
    *,
    names: Iterable[str] = (OUT, DOWN),
    layers: Iterable[int] = range(99),
) -> Weights:
    """The same weights without a direction, in the matrices of these names and layers."""
    chosen = {name.format(layer) for name in names for layer in layers}
    return {
        name: _without(matrix, v, strength, embedding=name == EMBEDDING) if name in chosen else matrix
        for name, matrix in weights.items()
    }


def each(weights: Weights, change: Callable[[Matrix], Matrix]) -> Weights:
    """The same weights, every matrix changed."""
    return {name: np.asarray(change(matrix), np.float32) for name, matrix in weights.items()}


def noisy(part: float, seed: int = 7) -> Callable[[Matrix], Matrix]:
    random = np.random.default_rng(seed)
    return lambda matrix: matrix + part * matrix.std() * random.standard_normal(matrix.shape).astype(np.float32)


def four_bits(matrix: Matrix) -> Matrix:
    """Q4_0 of GGUF and back: 32 numbers share a scale, and each has 16 values."""
    blocks = matrix.reshape(-1, 32)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=1, keepdims=True), axis=1)
    scale = largest / -8
    codes = np.clip(np.round(blocks / np.where(scale == 0, 1, scale)), -8, 7)
    return (codes * scale).reshape(matrix.shape).astype(np.float32)


def held(weights: Mapping[str, Matrix]) -> list[Held]:
    return [Held(name=name, dtype="F32", values=values) for name, values in weights.items()]


def _without(matrix: Matrix, v: Matrix, strength: float, *, embedding: bool) -> Matrix:
    return matrix - strength * (matrix @ v) @ v.T if embedding else matrix - strength * v @ (v.T @ matrix)


def _small(values: NDArray[np.float64]) -> Matrix:
    return (values * 0.02).astype(np.float32)
