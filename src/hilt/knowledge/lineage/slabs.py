"""Columns of the matrices that write to the residual stream, layer by layer: what a search without the base needs.

Nothing is read before it is asked for, and no more than one matrix's columns are held. How many columns of each are taken,
and into how many parts the layers are cut, bounds time and memory: the widest
stream that is searched takes about half a minute and 800 MiB, whatever the number of layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.matrix import blocks, is_stack
from hilt.knowledge.lineage.writers import Writer, writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

NARROWEST, WIDEST = 64, 5120
"""A narrower stream has too few directions to tell one from the others; of a wider one the sums do not fit into the memory of a reading process."""
_WIDE, _MIDDLE = 4096, 2048
_WORK = 9e11
"""Multiplications that all products of a search may take: about 10 seconds."""
_ENOUGH = 3
"""So many times as many columns as the stream is wide are enough of any one matrix."""
_FILLED = 1.5
"""So many times as many columns as the stream is wide leave no direction empty by chance."""
_ONE_BY_ONE = 2
"""A matrix of no fewer columns than so many times the width can be searched for itself."""


class Slab(NamedTuple):
    """Some columns of a matrix, as 32-bit floats, of shape (width of the stream, columns)."""

    writer: Writer
    columns: NDArray[np.float32]

    @property
    def alone(self) -> bool:
        """Can a direction that is missing in this matrix alone be seen?"""
        return self.writer.kind in {"down", "shared"} and self.columns.shape[1] >= _ONE_BY_ONE * len(self.columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """The matrices of one stack of layers, which write to one residual stream. `name` is what stands before the numbers of
    its layers; `layers` are in order; `columns` of each matrix are taken, and the layers cut into up to `parts` parts."""

    name: str
    width: int
    layers: tuple[int, ...]
    sources: tuple[tuple[Writer, TensorSource], ...]
    columns: int
    parts: int

    @property
    def fewest(self) -> int:
        """So many neighbouring layers hold a whole part for sure."""
        return 2 * -(-len(self.layers) // self.parts) - 1

    @property
    def searchable(self) -> bool:
        return _enough(self.columns, self.width, len(self.layers))

    @property
    def experts(self) -> bool:
        return any(role.kind == "expert" for role, _ in self.sources)

    def slabs(self) -> Iterator[Slab]:
        """Layer by layer; of a matrix with numbers that are none nothing. Raises as the tensors do."""
        for role, tensor in self.sources:
            columns = _columns(tensor, self.width, self.columns)
            if columns is not None:
                yield Slab(role, columns)


def slabs(tensors: Iterable[TensorSource]) -> list[Stack]:
    """The stacks of layers of a model, the largest first; none where no name tells that its tensor writes to a stream."""
    found: dict[str, dict[Writer, TensorSource]] = {}
    for tensor in tensors:
        role = writer(tensor.name)
        # A matrix with fewer columns than rows leaves directions empty by its shape alone.
        if role is not None and role.layer >= 0 and tensor.shape and _across(tensor) >= _width(tensor) > 1:
            found.setdefault(role.stack, {}).setdefault(role, tensor)
    stacks = [_stack(name, sources) for name, sources in found.items()]
    return sorted(stacks, key=lambda stack: (-len(stack.sources) * stack.width, stack.name))


def _stack(name: str, sources: dict[Writer, TensorSource]) -> Stack:
    """Of matrices that differ in width, those of the most common one are kept."""
    widths = Counter(_width(tensor) for tensor in sources.values())
    width = max(widths, key=lambda one: (widths[one], one))
    kept = tuple(sorted((one for one in sources.items() if _width(one[1]) == width), key=lambda one: one[0][1:]))
    layers = tuple(sorted({role.layer for role, _ in kept}))
    columns = min(_ENOUGH * width, int(_WORK / (len(kept) * width**2)))
    most = 2 if width > _WIDE else 4 if width > _MIDDLE else 8
    parts = 1
    while parts * 2 <= most and parts * 4 <= len(layers) and _enough(columns, width, len(layers) // (parts * 2)):
        parts *= 2
    return Stack(name=name, width=width, layers=layers, sources=kept, columns=columns, parts=parts)


def _enough(columns: int, width: int, matrices: int) -> bool:
    """Do so many columns of so many matrices fill the stream, so that what they leave empty was left empty on purpose?"""
    return min(columns, width) * matrices >= _FILLED * width


def _width(tensor: TensorSource) -> int:
    return tensor.shape[1] if is_stack(tensor.shape) else tensor.shape[0]


def _across(tensor: TensorSource) -> int:
    return tensor.shape[2] if is_stack(tensor.shape) else prod(tensor.shape[1:])


def _columns(tensor: TensorSource, width: int, most: int) -> NDArray[np.float32] | None:
    """At most `most` columns, spread over all; of a stack those of the first matrix."""
    across = _across(tensor)
    chosen = np.arange(min(most, across)) * across // max(1, min(most, across))
    taken = np.zeros((width, len(chosen)), np.float32)
    for block in blocks(tensor, 1):
        if block.odd:
            return None
        height, wide = block.numbers.shape
        inside = (chosen >= block.column) & (chosen < block.column + wide)
        taken[block.row : block.row + height, inside] = block.numbers[:, chosen[inside] - block.column]
    return taken
