"""Columns of the matrices that write to the residual stream, the same few of each: what a search without the base needs.

One file at a time can be read for them; `safeguards.alone` is given the slabs of all files of a model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.writers import Writer, writer

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slab:
    """Columns of one matrix that writes to the residual stream, of shape (width of the stream, columns), normalised.

    `shape` is that of the whole matrix, `odd` the count of numbers that are none, infinite or beyond all bounds.
    """

    name: str
    shape: tuple[int, ...]
    columns: NDArray[np.float16]
    odd: int = 0

    @property
    def writer(self) -> Writer | None:
        return writer(self.name)


def slab(tensor: TensorSource, most: int) -> Slab | None:
    """At most `most` columns of a matrix, spread over all; None where it writes to no residual stream inside a layer."""
    raise NotImplementedError


def columns_each(width: int, matrices: int) -> int:
    """How many columns of each of so many matrices are needed; 0 where the stream is too wide to be searched.

    All slabs together stay below 512 MiB.
    """
    raise NotImplementedError


def encode(slabs: Iterable[Slab]) -> bytes:
    """As bytes that `decode` reads."""
    raise NotImplementedError


def decode(data: bytes) -> list[Slab]:
    """What `encode` wrote. Raises `FormatError` on anything else."""
    raise NotImplementedError
