"""A model in memory: numbers by name, in PyTorch's order and under the names that Hugging Face's libraries give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Tensors = dict[str, Array]

LAYER = re.compile(r"\.(?:layers|layer|h|blk)\.(\d+)\.")
"""The number of a layer in the name of a tensor."""


class Shape(NamedTuple):
    """What must be known to lay a model out otherwise. `family` is "llama" or "bert"."""

    family: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    inner: int
    words: int
    config: dict[str, object]


class Model(NamedTuple):
    """`stored` is the number format of its file: "BF16", "F16" or "F32"."""

    name: str
    shape: Shape
    tensors: Tensors
    stored: str = "BF16"

    def with_tensors(self, tensors: Tensors, **shape: int) -> Model:
        return self._replace(tensors=tensors, shape=self.shape._replace(**shape))

    def each(self, change: Callable[[str, Array], Array]) -> Model:
        """The same with every tensor changed."""
        return self.with_tensors({name: change(name, array) for name, array in self.tensors.items()})


def layer_of(name: str) -> int:
    """-1 outside of layers."""
    found = LAYER.search(f".{name}")
    return int(found[1]) if found else -1


def in_layer(name: str, layer: int) -> str:
    """The name that this tensor would have in another layer."""
    found = LAYER.search(f".{name}")
    if not found:
        return name
    begin, end = found.start(1) - 1, found.end(1) - 1
    return f"{name[:begin]}{layer}{name[end:]}"


def is_matrix(array: Array) -> bool:
    return array.ndim == 2 and min(array.shape) > 1


def rounded(array: Array, stored: str) -> Array:
    """What is left of numbers that were written in this format."""
    if stored == "F32":
        return array.astype(np.float32)
    if stored == "F16":
        return array.astype(np.float16).astype(np.float32)
    import ml_dtypes

    kind = {"BF16": ml_dtypes.bfloat16, "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}[stored]
    return array.astype(kind).astype(np.float32)
