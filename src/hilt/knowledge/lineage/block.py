"""Which numbers of a tensor its fingerprint is made of: a few rows of a large one, all of a small one."""

from __future__ import annotations

import itertools
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.kinds import NO_LAYER, Place
from hilt.knowledge.lineage.matrix import is_stack

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE = 1 << 16
"""Tensors of no more numbers than this are read whole."""
COLUMNS = 1024
VALUES = 8192
"""A block has as many rows as make so many numbers: 8 of a wide matrix, all of a narrow one."""
VOCABULARY = 8192
"""A matrix of so many rows is taken for one with a row for each token."""
FIRST_TOKEN = 8000
"""Where its block begins: the first tokens are controls, bytes and characters, unused or alike in many models. The cosines
of tokens 1500 to 1564 of two strangers with one vocabulary agree to 0.96, those of 8000 to 8064 to 0.49."""
ANCHORS = 64
"""Tokens whose cosines with each other are kept: no rotation of the residual stream changes those."""
_WIDE = 1 << 16
"""Rows of more numbers are not read whole."""
EXPERTS = 4
"""So many of a stack of matrices are looked at one by one."""
_HEADS = (32, 64, 80, 96, 128, 256)
"""Rows of one head of attention."""


class Part(NamedTuple):
    """A block at another place of the tensor: part `number` of one that was fused, or an expert of a stack."""

    number: int
    block: NDArray[np.float32]


class Blocks(NamedTuple):
    """`block` lies at the beginning of the tensor, or at `FIRST_TOKEN`. `whole` are all numbers of a small tensor.

    `turned` is the block of the transposed matrix, `anchors` are whole rows of a vocabulary. `read` counts numbers.
    """

    block: NDArray[np.float32]
    whole: NDArray[np.float32] | None
    turned: NDArray[np.float32] | None
    anchors: NDArray[np.float32] | None
    parts: tuple[Part, ...]
    read: int


def blocks(tensor: TensorSource, place: Place) -> Blocks:
    """Reads what a fingerprint needs of a tensor that has numbers. Raises `FormatError` and `SourceError`."""
    rows, width = _sides(tensor.shape)
    if min(rows, width) == 1:
        return _vector(tensor, max(rows, width), place.kind)
    if rows * width <= WHOLE:
        values = tensor.rows(0, rows)
        turned = _block(values.T) if len(tensor.shape) == 2 else None
        parts = [Part(cut.number, _block(values[cut.begin : cut.end])) for cut in fused(tensor.shape, place.kind)]
        if is_stack(tensor.shape):
            parts += _experts(Held(name="", dtype="F32", values=values.reshape(tensor.shape)), place.kind)
        return Blocks(_block(values), values, turned, None, tuple(parts), values.size)
    return _large(tensor, rows, width, place)


def first_rows(shape: tuple[int, ...], place: Place) -> tuple[int, int] | None:
    """The rows [begin, end) that are read of a tensor first; None where only some columns of them are."""
    rows, width = _sides(shape)
    if min(rows, width) == 1 or rows * width <= WHOLE:
        return (0, min(rows, WHOLE)) if width <= WHOLE else None
    if width > _WIDE:
        return None
    begin = _start(rows)
    anchors = ANCHORS if rows >= VOCABULARY and place.layer == NO_LAYER else 0
    return begin, min(rows, begin + max(_taken(rows, width), anchors))


class Cut(NamedTuple):
    """The rows [begin, end) of part `number` of a fused projection."""

    number: int
    begin: int
    end: int


def fused(shape: tuple[int, ...], kind: str) -> list[Cut]:
    """The parts of a fused projection, those left out whose block is that of the whole."""
    rows, width = _sides(shape)
    begins: list[int] = []
    if kind == "gate_up" and rows % 2 == 0:
        begins = [0, rows // 2, rows]
    elif kind == "qkv" and width < rows < 3 * width and (rows - width) % 2 == 0:
        begins = [0, width, (rows + width) // 2, rows]  # grouped queries: fewer keys and values
    elif rows % 3 == 0 and (kind == "qkv" or (rows == 3 * width and len(shape) == 2)):
        begins = [0, rows // 3, 2 * rows // 3, rows]
    cuts = [Cut(number, *ends) for number, ends in enumerate(itertools.pairwise(begins))]
    apart = [cut for cut in cuts if cut.begin or _start(cut.end) != _start(rows)]
    return apart + (_interleaved(rows) if kind == "qkv" and len(begins) == 4 else [])


def _interleaved(rows: int) -> list[Cut]:
    """Some families keep the query, key and value of each head together: keys then begin after one head."""
    heads = [size for size in _HEADS if rows % (3 * size) == 0 and rows > 3 * size]
    return [Cut(number, number * size, rows) for size in heads for number in (1, 2)]


def _start(rows: int) -> int:
    return FIRST_TOKEN if rows >= VOCABULARY else 0


def _sides(shape: tuple[int, ...]) -> tuple[int, int]:
    return (shape[0], prod(shape[1:])) if shape else (1, 1)


def _taken(rows: int, width: int) -> int:
    return min(rows, max(8, -(-VALUES // min(COLUMNS, width))))


def _block(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values[: _taken(*values.shape), :COLUMNS]


def _vector(tensor: TensorSource, length: int, kind: str) -> Blocks:
    """Of one dimension, or of a single row or column: one row."""
    most = min(length, WHOLE)
    if tensor.shape and tensor.shape[0] == length:
        values = tensor.rows(0, most).reshape(1, most)
    else:
        values = tensor.columns(0, most, 1).reshape(1, most)
    third = length // 3 if kind == "qkv" and length % 3 == 0 and length == most else 0
    cuts = [Part(number, values[:, number * third : (number + 1) * third]) for number in (1, 2) if third]
    # The parts of a fused vector are compared with whole ones, so the first is one as well.
    cuts += [Part(0, values[:, :third])] if third else []
    return Blocks(values[:, :VALUES], values if most == length else None, None, None, tuple(cuts), most)


def _large(tensor: TensorSource, rows: int, width: int, place: Place) -> Blocks:
    taken = _taken(rows, width)
    wanted = first_rows(tensor.shape, place)
    # Of a stack of matrices, and of a hostile shape, only some columns.
    values = tensor.rows(*wanted) if wanted else tensor.columns(0, COLUMNS, taken).T
    anchors = values[:ANCHORS] if len(values) >= ANCHORS and rows >= VOCABULARY and place.layer == NO_LAYER else None
    block = values[:taken, :COLUMNS]
    read = values.size
    parts = [_cut(tensor, cut, width) for cut in fused(tensor.shape, place.kind)] if width <= _WIDE else []
    if is_stack(tensor.shape):
        parts += _experts(tensor, place.kind)
    turned = None
    if len(tensor.shape) == 2 and not getattr(tensor, "oriented", True):
        turned = _block(tensor.columns(0, min(width, _taken(width, rows)), COLUMNS))
        read += turned.size
    read += sum(part.block.size for part in parts)
    return Blocks(np.ascontiguousarray(block), None, turned, anchors if wanted else None, tuple(parts), read)


def _cut(tensor: TensorSource, cut: Cut, width: int) -> Part:
    rows = cut.end - cut.begin
    begin = cut.begin + _start(rows)
    return Part(cut.number, tensor.rows(begin, min(cut.end, begin + _taken(rows, width)))[:, :COLUMNS])


def _experts(tensor: TensorSource, kind: str) -> list[Part]:
    """The first matrices of a stack, each as if it were a tensor of its own; the parts of what was fused as well."""
    _, rows, width = tensor.shape
    if width > _WIDE:
        return []
    parts = []
    for cut in [Cut(0, 0, rows), *fused((rows, width), kind)]:
        begin = cut.begin + _start(cut.end - cut.begin)
        end = min(cut.end, begin + _taken(cut.end - cut.begin, width))
        values = tensor.columns(begin * width, end * width, EXPERTS).T
        parts += [Part(cut.number, np.ascontiguousarray(one.reshape(-1, width)[:, :COLUMNS])) for one in values]
    return parts
