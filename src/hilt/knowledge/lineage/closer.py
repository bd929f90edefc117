"""Sketches that need all numbers of a tensor: they show how large a change is and of what rank, and what it writes where.

A matrix W is kept as S^T W O, S and O being 48 columns of random signs that belong to the numbers of the rows and columns
(the same for both, so that the sketch of the transposition is the transposition of the sketch), with its norm and its share
of zeros. All of it is linear: the sketch of a difference is the difference of the sketches, whose norm is that of the
difference to about 3 %, and whose rank is that of the difference up to about 36.

Of a matrix that writes to the residual stream W O is kept as well, its first 32 columns as 16-bit floats: in it stands what
the matrix writes in every direction of the stream, which is what `safeguards` asks for.

Signs that all know can be written around: who has both models at hand takes a `seed` of his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.matrix import BLOCK, blocks, is_stack, matrix_shape, signs
from hilt.knowledge.lineage.writers import Writer, nameless, writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE, WIDTH = 48, 32
"""Columns of signs, and how many of them are kept of what a matrix writes."""
RANK = 36
"""Above this the rank of a difference is not told."""
MOST_DIMENSIONS = 16
"""No weight has more."""
LARGEST = 1e9
"""No weight has a larger norm, nor writes more."""
MOST = 44 << 20
"""Bytes of all sketches of one model: some 30 billion parameters, or 4,000 matrices."""
_WIDEST = 1 << 16
"""No residual stream is wider."""
_FLOOR = {"F64": 1e-6, "F32": 1e-6, "F16": 0.0006, "BF16": 0.004}
"""Norm of what rounding leaves, over that of the weights: beside it a rank is told though the rest is of full rank."""
_NOISE, _LOUD_NOISE = 1.1, 1.2
"""Singular values whose largest is so many times that of random numbers are noise; next to noise, a little more is."""
_EXACT = 0.1
"""A rank is told where all else is no more than this part of the change."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorSketch:
    """What is kept of one tensor. `odd` counts numbers that are none, infinite or beyond all bounds, taken as zeros.

    `written` is of shape (width of the residual stream, 32) and normalised: times `scale` it is W O. None where the tensor
    writes to no residual stream, as far as its name tells.
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

    @property
    def writes(self) -> NDArray[np.float32]:
        """What it writes to the residual stream: W O over `scale`, of shape (width of the stream, 32)."""
        return np.zeros((0, WIDTH), np.float32) if self.written is None else self.written.astype(np.float32)

    @property
    def size(self) -> int:
        """About how many bytes it takes when it is encoded."""
        return 100 + len(self.name) + self.sums.nbytes + (0 if self.written is None else self.written.nbytes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSketch:
    """The sketches of the tensors of a model by their names. `left_out` counts those that were not kept."""

    tensors: Mapping[str, TensorSketch]
    seed: int = 0
    left_out: int = 0


class Difference(NamedTuple):
    """How tensor B differs from A: `change` is the norm of the difference over that of A's.

    `rank` is None where it is above 36 or cannot be told. What remains beside it (rounding) has the norm `floor`, over A's.
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
    """The sketches of all tensors, as far as there is room; of two of one name the first. Raises `SourceError`: what is wrong
    with the bytes of one tensor leaves that one out."""
    kept: dict[str, TensorSketch] = {}
    left_out = size = 0
    for tensor in tensors:
        try:
            done = None if tensor.name in kept or size >= MOST else sketch(tensor, seed)
        except FormatError:
            done = None
        if done is None:
            left_out += 1
        else:
            kept[tensor.name] = done
            size += done.size
    return ModelSketch(tensors=kept, seed=seed, left_out=left_out)


def sketch(tensor: TensorSource, seed: int = 0) -> TensorSketch | None:
    """The sketch of one tensor, read once, in blocks; None where there are no numbers. Raises as the tensor does."""
    rows, width = matrix_shape(tensor.shape)
    if min(rows, width) < 1 or len(tensor.shape) > MOST_DIMENSIONS or max(rows, width) >= 1 << 63:
        return None
    role = writer(tensor.name) if min(rows, width) > 1 else None
    right = None if width > BLOCK else signs(0, width, seed)
    sums = np.zeros((SIZE, SIZE))
    written = np.zeros((_stream(tensor, role), WIDTH), np.float32)
    squares, odd, zeros = 0.0, 0, 0
    for block in blocks(tensor):
        height, across = block.numbers.shape
        below = signs(block.row, block.row + height, seed)
        beside = signs(block.column, block.column + across, seed) if right is None else right
        if len(written) and role is not None and role.kind == "embedding":
            left = below.T @ block.numbers
            written[block.column : block.column + across] += left[:WIDTH].T
            sums += left @ beside
        else:
            product = block.numbers @ beside
            sums += below.T @ product
            _add(written, block.row, product)
        squares, odd = squares + block.squares, odd + block.odd
        zeros += int(np.count_nonzero(block.numbers == 0))
    scale = float(np.sqrt(np.mean(np.square(written, dtype=np.float64)))) if written.size else 0.0
    if not max(squares**0.5, scale) <= LARGEST:
        return None
    return TensorSketch(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=tensor.shape,
        norm=float(np.sqrt(squares)),
        zeros=zeros / (rows * width),
        odd=odd,
        sums=sums.astype(np.float32),
        written=(written / scale).astype(np.float16) if scale > 0 else None,
        scale=scale,
    )


def _stream(tensor: TensorSource, role: Writer | None) -> int:
    """The width of the residual stream that a tensor writes to; 0 where it writes to none.

    A matrix without a name may write to one: who knows it by its numbers will tell.
    """
    if role is None and (len(tensor.shape) != 2 or min(tensor.shape) == 1 or not nameless(tensor.name)):
        return 0
    rows, width = matrix_shape(tensor.shape)
    embedding = role is not None and role.kind == "embedding"
    stream = tensor.shape[1] if is_stack(tensor.shape) else width if embedding else rows
    return stream if stream <= _WIDEST else 0


def _add(written: NDArray[np.float32], row: int, product: NDArray[np.float32]) -> None:
    """Adds what these rows write, of the first matrix of a stack alone."""
    end = min(row + len(product), len(written))
    if row < end:
        written[row:end] += product[: end - row, :WIDTH]


def difference(a: TensorSketch, b: TensorSketch, *, transposed: bool = False) -> Difference | None:
    """How B differs from A; `transposed` where B's is the transposition of A's. None where the shapes do not agree."""
    shape = matrix_shape(b.shape)
    if matrix_shape(a.shape) != (shape[::-1] if transposed else shape) or a.norm == 0 or a.odd or b.odd:
        return None
    sums = (b.sums.T if transposed else b.sums).astype(np.float64) - a.sums
    values = np.linalg.svd(sums, compute_uv=False).astype(np.float64)
    change = float(np.sqrt(np.sum(values**2))) / SIZE / a.norm
    rounding = max(_FLOOR.get(a.dtype, 0), _FLOOR.get(b.dtype, 0))
    rank, rest = _rank(values)
    # Rounding is uneven where rows differ in size, and never larger than this.
    rank = min(rank, int(np.count_nonzero(values > rounding * a.norm * SIZE**0.5)))
    floor = rest / SIZE / a.norm
    told = floor <= max(_EXACT * change, rounding)
    return Difference(change, rank if told and rank <= min(RANK, *shape) else None, floor)


def _rank(values: NDArray[np.float64]) -> tuple[int, float]:
    """How many singular values stand above noise, and the norm of that noise.

    A matrix of k x k random numbers has singular values up to 2 sqrt(k) times their spread, which is what remains of
    rounding below the values of a difference of low rank.
    """
    found = next((rank for rank in range(len(values) - 4) if _peak(values[rank:]) <= _NOISE), len(values))
    while 0 < found < len(values) and _peak(values[found - 1 :]) <= _LOUD_NOISE:
        found -= 1
    return found, float(np.sqrt(np.sum(values[found:] ** 2)))


def _peak(values: NDArray[np.float64]) -> float:
    """The largest singular value of a square matrix over that of random numbers of the same norm."""
    norm = float(np.sqrt(np.sum(values**2)))
    return 0.0 if norm == 0 else float(values[0]) * len(values) ** 0.5 / (2 * norm)
