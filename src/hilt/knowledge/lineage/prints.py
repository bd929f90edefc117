"""What a fingerprint is made of: `fingerprint.py` says what it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import prod
from typing import NamedTuple

from hilt.knowledge.lineage.kinds import Place, place

VERSION = "hilt-fp1"


class How(IntEnum):
    """What a sketch was made of."""

    WHOLE = 0
    """The block as it is."""
    TURNED = 1
    LEVELLED = 2
    PART = 3
    GRAM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """`numbers` are 256 little-endian half floats of norm 16; `norm` and `spread` as in `sketch.Sketched`."""

    how: How
    part: int = 0
    norm: float
    spread: int
    numbers: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPrint:
    """What is kept of one tensor.

    `digests` are three of 8 bytes, each of zeros where there are only a few different numbers, then alike in many models;
    empty where all are. `whole` says that they are of all numbers, sorted. `formula` is a tensor that was not trained: a
    window, a filter, sinusoids, a constant. `grid` is of how many bits the steps are on which its numbers lie, as those of
    quantised weights do; 0 where they lie on none.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    sketches: tuple[Sketch, ...] = ()
    digests: bytes = b""
    whole: bool = False
    zeros: float = 0.0
    formula: bool = False
    grid: int = 0

    @property
    def parameters(self) -> int:
        return prod(self.shape)

    @property
    def tells(self) -> bool:
        """Could it be known again?"""
        return not self.formula and bool(self.sketches or self.digests)

    @property
    def place(self) -> Place:
        """The layer and the kind that its name tells."""
        return place(self.name)


class LeftOut(NamedTuple):
    """A tensor of which no print was made."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrint:
    """What is kept of a model. `parameters` counts those of all tensors, `read` the bytes that it took, about.

    `unnamed` tensors were left out besides those of `left_out`.
    """

    tensors: tuple[TensorPrint, ...]
    parameters: int
    read: int = 0
    left_out: tuple[LeftOut, ...] = ()
    unnamed: int = 0

    @property
    def covered(self) -> float:
        """The part of the parameters whose tensors are here: the rest was left out, or thinned out for an index."""
        return sum(tensor.parameters for tensor in self.tensors) / max(1, self.parameters)
