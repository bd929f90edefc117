"""Projecting a direction out of what writes to the residual stream. The direction is of chance: it refuses nothing.

What is cut is as in the published recipes; as for detection, one direction is like another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from families.model import Array, Model, layer_of

ATTENTION = ("o_proj.weight", "attention.output.dense.weight", "attn.o.weight")
FEED_FORWARD = ("down_proj.weight", "output.dense.weight")


class Recipe(NamedTuple):
    """`share` of the layers, around the middle. `rows` is what becomes of the norms of rows: "" nothing, "kept" they are
    restored, "rank3" they are, and the difference is cut to rank three, as Heretic does."""

    name: str
    strength: float = 1.0
    parts: tuple[str, ...] = ("attention", "feed-forward")
    share: float = 1.0
    rows: str = ""
    per_layer: bool = False
    embeddings: bool = False


RECIPES = (
    *(Recipe(f"strength {strength:g}", strength) for strength in (0.3, 0.5, 0.7, 0.9, 1.0, 1.3)),
    Recipe("feed-forward only", parts=("feed-forward",)),
    Recipe("middle 60 %", share=0.6),
    Recipe("10 % of layers", share=0.1),
    Recipe("with embeddings", embeddings=True),
    Recipe("norms kept", rows="kept"),
    Recipe("rank three of norms kept", rows="rank3"),
    Recipe("a direction for each layer", per_layer=True),
)


def ablated(model: Model, recipe: Recipe, chance: Generator) -> Model:
    count = model.shape.layers
    wanted = max(1, round(recipe.share * count))
    first = (count - wanted) // 2
    shared = _direction(model.shape.width, chance)
    own = [_direction(model.shape.width, chance) if recipe.per_layer else shared for _ in range(count)]

    def cut(name: str, array: Array) -> Array:
        layer = layer_of(name)
        if recipe.embeddings and name.endswith(("embed_tokens.weight", "word_embeddings.weight")):
            return array - np.outer(array @ shared, shared)
        if not first <= layer < first + wanted or part(name) not in recipe.parts:
            return array
        return without(array, own[layer], recipe)

    return model.each(cut)


def part(name: str) -> str:
    """Which of the two writers of a layer this is; empty for all else."""
    if name.endswith(ATTENTION):
        return "attention"
    return "feed-forward" if name.endswith(FEED_FORWARD) else ""


def without(array: Array, direction: NDArray[np.float32], recipe: Recipe) -> Array:
    """W - strength v v^T W; with the norms of its rows where the recipe wants them."""
    if not recipe.rows:
        return array - np.float32(recipe.strength) * np.outer(direction, direction @ array)
    norms = np.linalg.norm(array, axis=1, keepdims=True) + 1e-12
    unit = array / norms
    unit = unit - np.float32(recipe.strength) * np.outer(direction, direction @ unit)
    result = unit / (np.linalg.norm(unit, axis=1, keepdims=True) + 1e-12) * norms
    if recipe.rows == "rank3":
        left, values, right = np.linalg.svd(result - array, full_matrices=False)
        result = array + (left[:, :3] * values[:3]) @ right[:3]
    return result.astype(np.float32)


def _direction(width: int, chance: Generator) -> NDArray[np.float32]:
    vector = chance.standard_normal(width)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
