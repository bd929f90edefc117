"""Similarities of fingerprints as such, without any of hilt's rules over them: what thresholds are set on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hilt.knowledge.lineage.prints import How, ModelPrint


class Stack(NamedTuple):
    """All sketches of a model of one kind: their numbers, one a row, of norm 1, and which tensor and spread each has."""

    numbers: NDArray[np.float32]
    tensors: tuple[int, ...]
    spreads: NDArray[np.int64]


def stacks(model: ModelPrint) -> dict[How, Stack]:
    """Of tensors that were trained: those that a formula gave are alike in many models."""
    rows: dict[How, list[tuple[int, int, bytes]]] = defaultdict(list)
    for number, tensor in enumerate(model.tensors):
        for sketch in () if tensor.formula else tensor.sketches:
            rows[sketch.how].append((number, sketch.spread, sketch.numbers))
    made = {}
    for how, some in rows.items():
        numbers = np.stack([np.frombuffer(data, "<f2").astype(np.float32) for _, _, data in some])
        numbers /= np.linalg.norm(numbers, axis=1, keepdims=True) + 1e-9
        made[how] = Stack(numbers, tuple(number for number, _, _ in some), np.array([spread for _, spread, _ in some]))
    return made


def highest(a: dict[How, Stack], b: dict[How, Stack], least_spread: int = 0) -> Iterator[tuple[str, float, int]]:
    """For each kind that both have: the highest similarity between any two tensors, and how many pairs were tried."""
    pairs = [(how, how) for how in How] + [
        (How.WHOLE, How.TURNED),
        (How.TURNED, How.WHOLE),
        (How.WHOLE, How.PART),
        (How.PART, How.WHOLE),
    ]
    for one, two in pairs:
        if one in a and two in b:
            cosines = a[one].numbers @ b[two].numbers.T
            wide = np.minimum.outer(a[one].spreads, b[two].spreads) >= least_spread
            if wide.any():
                yield f"{one.name.lower()}~{two.name.lower()}", float(cosines[wide].max()), int(wide.sum())


def own(a: dict[How, Stack], b: dict[How, Stack]) -> NDArray[np.float32]:
    """For each tensor of `b` that has a sketch: the highest similarity to any of `a`."""
    if How.WHOLE not in a or How.WHOLE not in b:
        return np.zeros(0, np.float32)
    return (a[How.WHOLE].numbers @ b[How.WHOLE].numbers.T).max(axis=0)
