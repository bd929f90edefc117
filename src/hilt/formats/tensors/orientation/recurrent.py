"""Weights of recurrent layers, whose gates and directions each format has in an order of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.parts import Parts
from hilt.formats.tensors.layouts.turned import reshaped

DIRECTIONS = (".forward", ".reverse")
"""Endings of names, where a layer has more than one."""


def recurrent(
    stored: TensorSource, order: Sequence[int], *, biases: bool = False, halves: Sequence[str] = ("",)
) -> Iterator[TensorSource]:
    """The weight of each direction with its gates in PyTorch's order: `order` says where in `stored` each of these lies.

    `stored` is (directions, gates * hidden, in), without the last where it holds `biases`, or one direction of it. `halves`
    are the endings of the names of what lies behind each other in it, such as the biases for the input and those for the
    hidden state.
    """
    directions, rows, width = _sizes(stored.shape, biases=biases)
    pieces = len(order) * len(halves)
    if not rows or rows % pieces or directions > len(DIRECTIONS):
        yield stored
        return
    whole = reshaped(stored, (directions * rows, *width))
    size = rows // pieces
    for direction in range(directions):
        which = "" if directions == 1 else DIRECTIONS[direction]
        for half, ending in enumerate(halves):
            starts = [direction * rows + (half * len(order) + gate) * size for gate in order]
            parts = tuple((start, start + size) for start in starts)
            yield Parts(name=f"{stored.name}{which}{ending}", stored=whole, parts=parts)


def _sizes(shape: tuple[int, ...], *, biases: bool) -> tuple[int, int, tuple[int, ...]]:
    """Directions, rows of each, and the rest; no rows where it is neither."""
    match shape:
        case (directions, rows, width) if not biases:
            return directions, rows, (width,)
        case (rows, width) if not biases:
            return 1, rows, (width,)
        case (directions, rows):
            return directions, rows, ()
        case (rows,):
            return 1, rows, ()
    return 1, 0, ()
