"""Numbers of a few bits each, which stand for those of a table: palettes, and whole numbers of less than a byte."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.exact import exactly

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 18
"""About how many numbers are unpacked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Indexes of `bits` bits each, 1 to 8, in `source` from `begin` on; with `high_first` the highest bit comes first.

    `tables` has a line for each group of rows, and in it the 2 ** `bits` numbers that the indexes stand for.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    source: ByteSource
    begin: int
    bits: int
    tables: NDArray[np.float32]
    high_first: bool = False

    @property
    def bytes(self) -> int:
        """The bytes that all indexes take."""
        return -(-prod(self.shape) * self.bits // 8)

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        width = prod(self.shape[1:])
        indexes = self._indexes(begin * width, end * width).reshape(end - begin, width)
        group = np.arange(begin, end) * len(self.tables) // self.shape[0]
        return self.tables[group[:, None], indexes]

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        return columns_of_rows(self, begin, end, most)

    def _indexes(self, begin: int, end: int) -> NDArray[np.uint8]:
        """Those of the numbers [begin, end)."""
        result = np.empty(end - begin, np.uint8)
        order = np.arange(self.bits)[:: -1 if self.high_first else 1]
        values = (1 << order).astype(np.uint8)
        for at in range(begin, end, _BLOCK):
            to = min(at + _BLOCK, end)
            first, last = at * self.bits // 8, -(-to * self.bits // 8)
            data = exactly(self.source, self.begin + first, last - first, self.name)
            bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="big" if self.high_first else "little")
            skipped = at * self.bits - first * 8
            own = bits[skipped : skipped + (to - at) * self.bits].reshape(to - at, self.bits)
            result[at - begin : to - begin] = own @ values
        return result
