from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.palette import Palette

SEEDED = np.random.default_rng(5)


def packed(indexes: np.ndarray, bits: int, tables: np.ndarray, *, high_first: bool) -> Palette:
    order = np.arange(bits)[:: -1 if high_first else 1]
    rows = (indexes.reshape(-1, 1) >> order & 1).astype(np.uint8)
    data = b"head" + np.packbits(rows.ravel(), bitorder="big" if high_first else "little").tobytes()
    return Palette(
        name="w",
        dtype="P",
        shape=indexes.shape,
        source=MemorySource(data),
        begin=4,
        bits=bits,
        tables=tables,
        high_first=high_first,
    )


@pytest.mark.parametrize("high_first", [False, True])
@pytest.mark.parametrize("bits", range(1, 9))
def test_indexes_of_any_width_stand_for_the_numbers_of_a_table(bits: int, high_first: bool) -> None:
    indexes = SEEDED.integers(0, 1 << bits, (6, 5, 3))
    table = SEEDED.random(1 << bits, "f4")
    tensor = packed(indexes, bits, table.reshape(1, -1), high_first=high_first)
    assert np.array_equal(whole(tensor), table[indexes])
    assert tensor.bytes == tensor.source.size - 4


def test_groups_of_rows_have_tables_of_their_own() -> None:
    indexes, tables = SEEDED.integers(0, 4, (6, 5)), SEEDED.random((3, 4), "f4")
    expected = np.stack([tables[row // 2][indexes[row]] for row in range(6)])
    assert np.array_equal(whole(packed(indexes, 2, tables, high_first=False)), expected)


def test_a_file_that_ends_too_soon_is_told() -> None:
    tensor = packed(np.zeros((6, 5), int), 4, np.zeros((1, 16), "f4"), high_first=False)
    cut = Palette(name="w", dtype="P", shape=(60, 5), source=tensor.source, begin=4, bits=4, tables=tensor.tables)
    with pytest.raises(FormatError, match="ends after"):
        cut.rows(0, 60)


def test_a_long_row_is_unpacked_piece_by_piece() -> None:
    indexes = SEEDED.integers(0, 8, (2, 300_001))
    table = np.arange(8, dtype="f4")
    tensor = packed(indexes, 3, table.reshape(1, -1), high_first=False)
    assert np.array_equal(tensor.rows(0, 2), indexes)
    assert np.array_equal(tensor.columns(299_990, 300_001, 9), indexes[:, 299_990:].T)
