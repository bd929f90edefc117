"""Fingerprints of made-up models: random sketches, as those of trained matrices are, and what changes do to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilt.core.limits import Limits
from hilt.knowledge.lineage.index.changes import add, made
from hilt.knowledge.lineage.index.entry import Entry
from hilt.knowledge.lineage.index.write import Model
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch, TensorPrint

Sketches = NDArray[np.float64]

LIMITS = Limits()


def sketches(seed: int, tensors: int = 24) -> Sketches:
    return np.random.default_rng(seed).normal(size=(tensors, 256))


def moved(model: Sketches, cosine: float, seed: int = 99) -> Sketches:
    """Sketches whose angles with those of `model` have this cosine, about."""
    length = np.sqrt(1 / cosine**2 - 1)
    return model + length * np.random.default_rng(seed).normal(size=model.shape)


def model_print(model: Sketches, sides: Sequence[int] = (64, 128, 192), how: How = How.WHOLE) -> ModelPrint:
    """A fingerprint with these sketches; the sizes of the matrices come in turn."""
    prints = []
    for number, one in enumerate(model):
        half = (one * (16 / np.linalg.norm(one))).astype("<f2")
        sketch = Sketch(how=how, norm=1.0, spread=256, numbers=half.tobytes())
        shape = (sides[number % len(sides)], 256)
        prints.append(TensorPrint(name=f"layers.{number}.weight", dtype="F32", shape=shape, sketches=(sketch,)))
    return ModelPrint(tensors=tuple(prints), parameters=sum(one.parameters for one in prints))


def known(name: str, seed: int, **said: str) -> Model:
    """A model that is to be added."""
    return made(Entry(name=name, files=("model.safetensors",), **said), model_print(sketches(seed)))


def index_of(path: Path, *models: Model) -> Path:
    add(path, models, LIMITS)
    return path
