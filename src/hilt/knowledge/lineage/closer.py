"""Sketches that need all numbers of a tensor: they show how large a change is and of what rank, and what it writes where.

A matrix W is kept as S^T W O, S and O being 48 columns of random signs that belong to the numbers of the rows and columns
(the same for both, so that the sketch of the transposition is the transposition of the sketch), with its norm and its share
of zeros. All of it is linear: the sketch of a difference is the difference of the sketches, whose norm is that of the
difference to about 3 %, and whose rank is that of the difference up to 40.

Of a matrix that writes to the residual stream W O is kept as well, its first 32 columns as 16-bit floats: in it stands what
the matrix writes in every direction of the stream, which is what `safeguards` asks for.

Signs that all know can be written around: who has both models at hand takes a `seed` of his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.writers import Writer, writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE, WIDTH = 48, 32
"""Columns of signs, and how many of them are kept of what a matrix writes."""
RANK = 40
"""Above this the rank of a difference is not told."""
_BLOCK = 1 << 20
"""About how many numbers are held at once."""
_HUGE = 1e15
"""A number above this is no weight: it is counted as odd and taken as zero, so that no sum becomes infinite."""
_STACKED = 32
"""A tensor of three dimensions whose last two are no smaller is a stack of matrices, one for each expert."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorSketch:
    """What is kept of one tensor. `odd` counts numbers that are none, infinite or beyond all bounds, taken as zeros.

    `written` is of shape (width of the residual stream, 32) and normalised: times `scale` it is W O. None where the tensor
    writes to no residual stream.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    norm: float
    zeros: float
    odd: int
    sums: NDArray[np.float32]
    written: NDArray[np.float16] | None = None
    scale: float = 0.0

    @property
    def writer(self) -> Writer | None:
        return None if self.written is None else writer(self.name)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSketch:
    """The sketches of the tensors of a model by their names. `left_out` counts those that were not kept."""

    tensors: Mapping[str, TensorSketch]
    seed: int = 0
    left_out: int = 0


class Difference(NamedTuple):
    """How tensor B differs from A: `change` is the norm of the difference over that of A's.

    `rank` is None where it is above 40 or cannot be told. What remains beside it (rounding) has the norm `floor`, over A's.
    """

    change: float
    rank: int | None
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Closer:
    """The sketches of two models, for who compares them. Both were taken with the same seed."""

    a: ModelSketch
    b: ModelSketch

    def difference(self, a: str, b: str, *, transposed: bool = False) -> Difference | None:
        """Between tensor `a` of A and tensor `b` of B; None where one was not kept or their shapes do not agree."""
        one, two = self.a.tensors.get(a), self.b.tensors.get(b)
        if one is None or two is None or self.a.seed != self.b.seed:
            return None
        return difference(one, two, transposed=transposed)


def model_sketch(tensors: Iterable[TensorSource], seed: int = 0) -> ModelSketch:
    """The sketches of all tensors."""
    raise NotImplementedError


def sketch(tensor: TensorSource, seed: int = 0) -> TensorSketch | None:
    """The sketch of one tensor, read once, in blocks; None where there are no numbers."""
    raise NotImplementedError


def difference(a: TensorSketch, b: TensorSketch, *, transposed: bool = False) -> Difference | None:
    """How B differs from A; `transposed` where B's is the transposition of A's."""
    raise NotImplementedError


def encode(model: ModelSketch) -> bytes:
    """As bytes that `decode` reads."""
    raise NotImplementedError


def decode(data: bytes) -> ModelSketch:
    """What `encode` wrote. Raises `FormatError` on anything else."""
    raise NotImplementedError
