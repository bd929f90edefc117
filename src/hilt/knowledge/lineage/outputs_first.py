"""Matrices that are stored with their inputs first, under names that tell what they are: told by the width of the stream.

Formats and operators say which way round a matrix lies, and their readers undo it; a table of names and numbers says nothing.
But a feed-forward block leads from the width of its norms to another one and back, so its matrices tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.turned import kernel
from hilt.knowledge.lineage.kinds import NO_LAYER, place

MOST = 20_000
"""Tensors that are looked at; those behind them stay as they are."""
_TURNED = frozenset({"q", "k", "v", "qkv", "o", "gate", "up", "gate_up", "down"})


def outputs_first(tensors: Iterable[TensorSource]) -> Iterator[TensorSource]:
    """The tensors, those of layers turned where the feed-forward blocks show that all of them lie the other way round."""
    waiting = iter(tensors)
    first = list(islice(waiting, MOST))
    turn = _inputs_first(first)
    for tensor in first:
        told = place(tensor.name)
        inside = told.layer != NO_LAYER and told.kind in _TURNED and len(tensor.shape) == 2
        yield kernel(tensor) if turn and inside else tensor
    yield from waiting


def _inputs_first(tensors: Sequence[TensorSource]) -> bool:
    widths = Counter(
        tensor.shape[0] for tensor in tensors if len(tensor.shape) == 1 and place(tensor.name).kind == "norm"
    )
    if not widths:
        return False
    (width, _), *_ = widths.most_common(1)
    votes = Counter(vote for tensor in tensors if (vote := _turned(tensor, width)) is not None)
    return votes[True] > 1 and not votes[False]


def _turned(tensor: TensorSource, width: int) -> bool | None:
    """Does this matrix of a feed-forward block have its inputs first? None where it does not tell."""
    told = place(tensor.name)
    if told.layer == NO_LAYER or told.kind not in {"gate", "up", "down"} or len(tensor.shape) != 2:
        return None
    rows, columns = tensor.shape
    if (rows == width) == (columns == width):
        return None
    return (rows == width) is not (told.kind == "down")
