"""Numbers of some bits in the bytes of blocks, one block a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def half(blocks: NDArray[np.uint8], at: int) -> NDArray[np.float32]:
    """The 16-bit float at this byte of every block, as a column."""
    return np.ascontiguousarray(blocks[:, at : at + 2]).view("<f2").astype(np.float32)


def words(packed: NDArray[np.uint8], dtype: str) -> NDArray[np.uint32]:
    """Whole numbers of two or four bytes ("<u2", "<u4")."""
    return np.ascontiguousarray(packed).view(dtype).astype(np.uint32)


def fields(packed: NDArray[np.uint8], width: int, run: int) -> NDArray[np.uint8]:
    """Fields of `width` bits: of every run of so many bytes the lowest ones of all, then the next ones of all."""
    runs = packed.reshape(len(packed), packed.shape[1] // run, run)
    found = np.empty((len(packed), runs.shape[1], 8 // width, run), np.uint8)
    for place in range(8 // width):
        np.right_shift(runs, place * width, out=found[:, :, place])
    found &= (1 << width) - 1
    return found.reshape(len(packed), packed.shape[1] * 8 // width)


def bits(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Single bits, those of the first byte first, the lowest first."""
    return np.unpackbits(packed, axis=1, bitorder="little")


def floats(numbers: NDArray[np.integer]) -> NDArray[np.float32]:
    return numbers.astype(np.float32)
