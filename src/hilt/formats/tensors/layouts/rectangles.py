"""Tables of numbers in a source of which any rectangle can be had: plain ones, and codes of a few bits packed into bytes."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hilt.formats.tensors.layouts.bit_fields import fields
from hilt.formats.tensors.layouts.byte_grid import Grid
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES, to_floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RUN = 32
"""So many codes end with a whole byte, and with a whole word where they are packed into words."""


class Rectangle(Protocol):
    """A table of `shape`, and the numbers in the rows [top, bottom) and the columns [left, right) of it."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Numbers of whole bytes; one that has fewer dimensions than two is a column."""

    stored: Dense

    @property
    def shape(self) -> tuple[int, int]:
        shape = self.stored.shape
        return (shape[0] if shape else 1), prod(shape[1:])

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        size = SIZES[self.stored.dtype]
        data = grid(self.stored).cut(top, bottom, left * size, right * size)
        return to_floats(data.tobytes(), self.stored.dtype).reshape(len(data), -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Codes of `bits` bits each that follow each other in rows of bytes, the lowest bits first.

    `order` tells at which place each of so many codes stands. `values` are what the codes stand for, where that is not
    themselves: known ones, or a tensor of the file.
    """

    grid: Grid
    bits: int
    order: tuple[int, ...] = ()
    values: NDArray[np.float32] | Dense | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.grid.height, self.grid.width * 8 // self.bits

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        first = left // _RUN * _RUN
        packed = self.grid.cut(top, bottom, first * self.bits // 8, -(-right // _RUN) * _RUN * self.bits // 8)
        codes = unpacked(packed, self.bits)
        if self.order:
            codes = codes.reshape(len(codes), -1, len(self.order)).take(self.order, axis=2).reshape(len(codes), -1)
        codes = codes[:, left - first : right - first]
        if self.values is None:
            return codes.astype(np.float32)
        values = self.values.rows(0, 1 << self.bits)[:, 0] if isinstance(self.values, Dense) else self.values
        return np.take(values, codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upright:
    """Codes that follow each other down the columns of a grid of 32-bit words: a column of the words is a row here."""

    grid: Grid
    bits: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.grid.width // 4, self.grid.height * 32 // self.bits

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        first = left // _RUN * _RUN
        words = self.grid.cut(first * self.bits // 32, -(-right // _RUN) * self.bits, top * 4, bottom * 4)
        turned = np.ascontiguousarray(words.reshape(len(words), -1, 4).transpose(1, 0, 2))
        codes = unpacked(turned.reshape(len(turned), -1), self.bits)
        return codes[:, left - first : right - first].astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sideways:
    """A table whose rows are the columns of another one."""

    stored: Rectangle

    @property
    def shape(self) -> tuple[int, int]:
        return self.stored.shape[1], self.stored.shape[0]

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        return self.stored.cut(left, right, top, bottom).T


@dataclass(frozen=True, slots=True, kw_only=True)
class Reciprocal:
    """One divided by each number of another table."""

    stored: Rectangle

    @property
    def shape(self) -> tuple[int, int]:
        return self.stored.shape

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        return np.float32(1) / self.stored.cut(top, bottom, left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """Scales that are codes themselves: `values` of the code, times a scale for each `run` of them, plus `offset`."""

    codes: Plain
    shape: tuple[int, int]
    values: Dense
    scales: Dense
    run: int
    offset: float

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        places = np.arange(top, bottom)[:, None] * self.shape[1] + np.arange(left, right)
        if not places.size:
            return np.empty(places.shape, np.float32)
        first, last = int(places[0, 0]), int(places[-1, -1]) + 1
        codes = self.codes.cut(first, last, 0, 1)[places - first, 0].astype(np.intp)
        low = first // self.run
        scales = self.scales.rows(low, -(-last // self.run))[places // self.run - low, 0]
        values: NDArray[np.float32] = self.values.rows(0, self.values.shape[0])[codes, 0]
        numbers: NDArray[np.float32] = values * scales + np.float32(self.offset)
        return numbers


def grid(stored: Dense) -> Grid:
    """The bytes of a tensor, a row of it in each row."""
    width = prod(stored.shape[1:]) * SIZES[stored.dtype]
    height = stored.shape[0] if stored.shape else 1
    return Grid(name=stored.name, source=stored.source, begin=stored.begin, height=height, width=width)


def unpacked(packed: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """The codes in each row of bytes."""
    if 8 % bits == 0:
        return fields(packed, bits, 1)
    single = np.unpackbits(packed, axis=1, bitorder="little")
    single = single[:, : single.shape[1] // bits * bits].reshape(len(packed), -1, bits)
    return np.packbits(single, axis=2, bitorder="little")[..., 0]
