"""Which numbers of a tensor its fingerprint is made of: a few rows of a large one, all of a small one."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource

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
_SMALLEST = 32
"""Three dimensions are a stack of matrices, and no convolution, where the last two are no smaller."""


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


def blocks(tensor: TensorSource, kind: str) -> Blocks:
    """Reads what a fingerprint needs of a tensor that has numbers. Raises `FormatError` and `SourceError`."""
    rows, width = _sides(tensor.shape)
    if min(rows, width) == 1:
        return _vector(tensor, max(rows, width), kind)
    if rows * width <= WHOLE:
        values = tensor.rows(0, rows)
        two = len(tensor.shape) == 2
        cuts = [Part(number, _block(values[begin:])) for number, begin in fused(tensor.shape, kind)]
        return Blocks(_block(values), values, _block(values.T) if two else None, None, tuple(cuts), values.size)
    return _large(tensor, rows, width, kind)


def first_rows(shape: tuple[int, ...]) -> tuple[int, int]:
    """The rows that are read of a tensor, besides those of parts: [begin, end)."""
    rows, width = _sides(shape)
    if min(rows, width) == 1 or rows * width <= WHOLE:
        return 0, min(rows, WHOLE)
    if rows >= VOCABULARY and width <= _WIDE:
        return FIRST_TOKEN, min(rows, FIRST_TOKEN + max(_taken(rows, width), ANCHORS))
    return 0, _taken(rows, width)


def fused(shape: tuple[int, ...], kind: str) -> list[tuple[int, int]]:
    """Where the parts of a fused projection begin, besides the first: (number, row) each."""
    rows, width = _sides(shape)
    if kind == "gate_up" and rows % 2 == 0:
        return [(1, rows // 2)]
    if kind == "qkv" and width < rows < 3 * width and (rows - width) % 2 == 0:
        return [(1, width), (2, (rows + width) // 2)]  # grouped queries: fewer keys and values
    if rows % 3 == 0 and (kind == "qkv" or (rows == 3 * width and len(shape) == 2)):
        return [(1, rows // 3), (2, 2 * rows // 3), *_interleaved(rows, kind)]
    return []


def _interleaved(rows: int, kind: str) -> list[tuple[int, int]]:
    """Some families keep the query, key and value of each head together: keys then begin after one head."""
    heads = [size for size in (32, 64, 80, 96, 128, 256) if kind == "qkv" and rows % (3 * size) == 0]
    return [(number, row) for size in heads for number, row in ((1, size), (2, 2 * size))]


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


def _large(tensor: TensorSource, rows: int, width: int, kind: str) -> Blocks:
    taken = _taken(rows, width)
    read = 0
    anchors = None
    if width > _WIDE:
        block = tensor.columns(0, COLUMNS, taken).T
        read += block.size
    elif rows >= VOCABULARY:
        values = tensor.rows(*first_rows(tensor.shape))
        block, anchors = values[:taken, :COLUMNS], values[:ANCHORS]
        read += values.size
    else:
        block = tensor.rows(*first_rows(tensor.shape))[:, :COLUMNS]
        read += taken * width
    parts = []
    for number, begin in fused(tensor.shape, kind) if width <= _WIDE else []:
        parts.append(Part(number, tensor.rows(begin, begin + min(taken, rows - begin))[:, :COLUMNS]))
        read += taken * width
    if len(tensor.shape) == 3 and min(tensor.shape[1:]) >= _SMALLEST:
        parts += (stack := _experts(tensor, kind))
        read += sum(part.block.size for part in stack)
    turned = None
    if len(tensor.shape) == 2 and not getattr(tensor, "oriented", True):
        turned = _block(tensor.columns(0, min(width, _taken(width, rows)), COLUMNS))
        read += turned.size
    return Blocks(np.ascontiguousarray(block), None, turned, anchors, tuple(parts), read)


def _experts(tensor: TensorSource, kind: str) -> list[Part]:
    """The first matrices of a stack, each as if it were a tensor of its own; both halves of what was fused."""
    _, rows, width = tensor.shape
    taken = _taken(rows, width)
    begins = [(0, 0), *fused((rows, width), kind)]
    return [
        Part(number, row[0][:, :COLUMNS])
        for number, begin in begins
        for values in [tensor.columns(begin * width, min(begin + taken, rows) * width, EXPERTS)]
        for row in values.T.reshape(values.shape[1], 1, -1, width)
    ]
