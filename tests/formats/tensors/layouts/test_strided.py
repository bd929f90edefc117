from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from formats.tensors.given import whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts import strided
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.strided import Strided, laid_out

NUMBERS = np.random.default_rng(3).standard_normal(4096).astype("<f4")


class Counting(MemorySource):
    """Counts the bytes that are read of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.count = 0

    def read(self, offset: int, n: int) -> bytes:
        self.count += n
        return super().read(offset, n)


@settings(max_examples=80, deadline=None)
@for_all(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 40)), min_size=0, max_size=4),
    st.integers(0, 500),
    st.booleans(),
)
def test_every_view_gives_the_numbers_that_numpy_gives(
    axes: list[tuple[int, int]], offset: int, small_pieces: bool
) -> None:
    shape, strides = tuple(n for n, _ in axes), tuple(step for _, step in axes)
    expected = np.lib.stride_tricks.as_strided(NUMBERS[offset:], shape, [4 * step for step in strides])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strided, "_PIECE", 16 if small_pieces else strided._PIECE)
        found = laid_out("x", "F32", shape, strides, MemorySource(NUMBERS.tobytes()), 4 * offset)
        assert np.array_equal(whole(found), expected)


def test_what_lies_in_c_order_is_read_in_one_piece() -> None:
    assert isinstance(laid_out("x", "F32", (3, 1, 4), (4, 9, 1), MemorySource(NUMBERS.tobytes()), 0), Dense)


def test_rows_of_a_transposition_read_no_more_than_they_need() -> None:
    stored = np.zeros((2000, 3000), "<f4")
    source = Counting(stored.tobytes())
    turned = Strided(name="x", dtype="F32", shape=(3000, 2000), strides=(1, 3000), source=source, begin=0)
    assert turned.rows(10, 18).shape == (8, 2000)
    assert source.count == 8 * 2000 * 4


def test_a_view_that_ends_too_early_is_a_format_error() -> None:
    found = Strided(name="x", dtype="F32", shape=(4, 4), strides=(1, 4), source=MemorySource(b"\0" * 60), begin=0)
    with pytest.raises(FormatError, match="'x' ends after"):
        found.rows(0, 4)


def test_a_big_endian_view_is_turned_round() -> None:
    data = NUMBERS[:12].astype(">f4").tobytes()
    found = laid_out("x", "F32", (3, 4), (1, 3), MemorySource(data), 0, big_endian=True)
    assert np.array_equal(whole(found), NUMBERS[:12].reshape(4, 3).T)
