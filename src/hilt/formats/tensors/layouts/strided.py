"""A tensor whose numbers lie in steps: a transposition, a slice, Fortran order, any view as PyTorch keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from hilt.core.byte_source import ByteSource, expect
from hilt.core.limits import MIB
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.exact import exactly
from hilt.formats.tensors.layouts.numbers import SIZES, to_floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 4 * MIB
"""Bytes that are read at once, whatever lies between the numbers that are wanted."""
_SPARSE = 64
"""Numbers are read one piece a step where a step is so many times longer than what is wanted of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strided:
    """Numbers in `source` from `begin` on; the next one along each dimension stands `strides` numbers further on.

    `strides` are none of them negative, and nothing that `shape` holds lies behind the end of `source`.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    source: ByteSource
    begin: int
    big_endian: bool = False

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        if not self.shape:
            return self._floats((), (), 0).reshape(1, 1)
        shape = (end - begin, *self.shape[1:])
        return self._floats(shape, self.strides, begin * self.strides[0]).reshape(end - begin, prod(shape[1:]))

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        if len(self.shape) < 2:
            return np.ascontiguousarray(self.rows(0, min(most, self.shape[0] if self.shape else 1))[:, begin:end].T)
        each = prod(self.shape[2:])
        first, last = begin // each, -(-end // each)
        shape = (min(most, self.shape[0]), last - first, *self.shape[2:])
        found = self._floats(shape, self.strides, first * self.strides[1]).reshape(shape[0], prod(shape[1:]))
        return np.ascontiguousarray(found[:, begin - first * each : end - first * each].T)

    def _floats(self, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> NDArray[np.float32]:
        raw = np.empty(shape, f"V{SIZES[self.dtype]}")
        if raw.size:
            self._gather(raw, strides, offset)
        return to_floats(raw.tobytes(), self.dtype, big_endian=self.big_endian).reshape(shape)

    def _gather(self, into: NDArray[Any], strides: tuple[int, ...], offset: int) -> None:
        """Fills `into` with the numbers from `offset` on: in one read, or part by part along the longest dimension."""
        size = SIZES[self.dtype]
        reach = [(n - 1) * stride for n, stride in zip(into.shape, strides, strict=True)]
        extent = 1 + sum(reach)
        if extent * size <= _PIECE:
            data = self._bytes(offset, extent)
            steps = tuple(stride * size for stride in strides)
            into[...] = np.ndarray(into.shape, into.dtype, data, strides=steps)
            return
        axis = reach.index(max(reach))
        stride, inner = strides[axis], extent - reach[axis]
        together = 1 if stride > _SPARSE * inner else max(1, 1 + (_PIECE // size - inner) // stride)
        starts = range(0, into.shape[axis], together)
        if together == 1:
            expect(self.source, [(self.begin + (offset + at * stride) * size, inner * size) for at in starts])
        along = np.moveaxis(into, axis, 0)
        rest = (stride, *strides[:axis], *strides[axis + 1 :])
        for at in starts:
            self._gather(along[at : at + together], rest, offset + at * stride)

    def _bytes(self, offset: int, count: int) -> bytes:
        size = SIZES[self.dtype]
        return exactly(self.source, self.begin + offset * size, count * size, self.name)


def in_c_order(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of numbers that lie one behind the other, the last dimension first."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def laid_out(
    name: str, dtype: str, shape: tuple[int, ...], strides: tuple[int, ...], source: ByteSource, begin: int,
    *, big_endian: bool = False,
) -> TensorSource:  # fmt: skip
    """The tensor of these strides, the plainest way."""
    if all(n == 1 or step == plain for n, step, plain in zip(shape, strides, in_c_order(shape), strict=True)):
        return Dense(name=name, dtype=dtype, shape=shape, source=source, begin=begin, big_endian=big_endian)
    return Strided(
        name=name, dtype=dtype, shape=shape, strides=strides, source=source, begin=begin, big_endian=big_endian
    )
