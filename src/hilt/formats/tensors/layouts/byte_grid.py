"""Rows of bytes in a source, all of one length, of which any rectangle can be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource, expect
from hilt.formats.tensors.layouts.exact import exactly

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRIDED, _APART = 64, 1 << 13
"""Rows are read one piece each where they are so many times longer than what is wanted of them, and so many bytes long."""
_AT_ONCE = 1 << 22
"""Bytes of whole rows that are held while a few bytes of each are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """`height` rows of `width` bytes each, from the byte `begin` of `source` on; `name` is that of their tensor."""

    name: str
    source: ByteSource
    begin: int
    height: int
    width: int

    def cut(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.uint8]:
        """The bytes [left, right) of the rows [top, bottom). Raises `FormatError` where the file ends before."""
        top, left = max(top, 0), max(left, 0)
        bottom, right = max(top, min(bottom, self.height)), max(left, min(right, self.width))
        tall, wide = bottom - top, right - left
        if wide == self.width:
            return self._bytes(self.begin + top * wide, tall * wide).reshape(tall, wide)
        if self.width >= max(_STRIDED * wide, _APART):
            return self._pieces([self.begin + row * self.width + left for row in range(top, bottom)], wide)
        result, step = np.empty((tall, wide), np.uint8), max(1, _AT_ONCE // self.width)
        for at in range(0, tall, step):
            some = min(step, tall - at)
            rows = self._bytes(self.begin + (top + at) * self.width, some * self.width)
            result[at : at + some] = rows.reshape(some, self.width)[:, left:right]
        return result

    def _pieces(self, offsets: list[int], n: int) -> NDArray[np.uint8]:
        expect(self.source, [(offset, n) for offset in offsets])
        result = np.empty((len(offsets), n), np.uint8)
        for row, offset in enumerate(offsets):
            result[row] = self._bytes(offset, n)
        return result

    def _bytes(self, offset: int, n: int) -> NDArray[np.uint8]:
        return np.frombuffer(exactly(self.source, offset, n, self.name), np.uint8)
