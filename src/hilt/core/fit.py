"""Where a subject runs: the answer of `hilt fit`, for each set of weights and each length of the input."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.running import Fits, Machine, Memory, Running


class At(NamedTuple):
    """One set of weights with inputs of so many tokens. `memory` is None where it cannot be told."""

    context: int
    memory: Memory | None
    fits: Fits


class FitRow(NamedTuple):
    """One set of weights: as it is there, or as an `estimate` of a quantisation that is not. `at` is empty where nobody can
    tell what its layers keep."""

    name: str
    engine: str
    bytes: int
    estimate: bool
    at: tuple[At, ...]
    largest_context: int | None
    speed: tuple[float, float] | None


class Fit(NamedTuple):
    """`running` is told of `chosen`: the largest set that fits, or the smallest where none does. `elsewhere` is then the
    smallest card that it fits, and `instead` the answer for the largest quantisation that would fit, by an estimate."""

    reference: str
    machine: Machine
    sequences: int
    rows: tuple[FitRow, ...]
    chosen: str
    running: Running
    writes: bool
    elsewhere: Machine | None = None
    instead: tuple[str, Running] | None = None
