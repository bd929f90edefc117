"""Near keys are found: all of them where everything is compared, and those of kin among millions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.knowledge.lineage.index import search as index_search
from hilt.knowledge.lineage.index.file import KEYS, WORDS, Table
from hilt.knowledge.lineage.index.keys import asked, chosen
from hilt.knowledge.lineage.index.search import NEAR, nearest, within
from known_models import Sketches, model_print, moved, sketches


def table_of(models: int, known: dict[int, Sketches], seed: int = 7) -> Table:
    """Random keys, with those of the known models at their numbers."""
    random = np.random.default_rng(seed)
    table = Table.empty(models)
    table.first[:] = random.integers(0, 2**64, size=(KEYS, models), dtype=np.uint64)
    table.rest[:] = random.integers(0, 2**64, size=(KEYS, models, WORDS - 1), dtype=np.uint64)
    for number, model in known.items():
        keys = chosen(model_print(model))
        table.first[:, number], table.rest[:, number] = keys[:, 0], keys[:, 1:]
    return table


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_within_finds_what_counting_every_bit_finds(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    keys = random.integers(0, 2**64, size=(size, WORDS), dtype=np.uint64)
    key = keys[0] ^ np.uint64(int(random.integers(0, 2**64, dtype=np.uint64)))
    numbers, bits = within(keys[:, 0].copy(), keys[:, 1:].copy(), key)
    slowly = [sum(int(a ^ b).bit_count() for a, b in zip(one, key, strict=True)) for one in keys]
    assert dict(zip(numbers.tolist(), bits.tolist(), strict=True)) == {
        number: one for number, one in enumerate(slowly) if one <= NEAR
    }


def test_the_opposite_of_a_key_is_as_far_as_can_be() -> None:
    """All 256 bits: one more than a byte counts."""
    for bound in (64, 63):
        numbers, _ = within(
            np.zeros(3, np.uint64), np.zeros((3, 3), np.uint64), np.full(4, 2**64 - 1, np.uint64), bound
        )
        assert numbers.tolist() == []


def test_all_is_compared_across_blocks_and_their_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_search, "_BLOCK", 16)
    keys = np.zeros((50, WORDS), np.uint64)
    keys[[0, 15, 16, 49]] = np.uint64(2**64 - 1)
    numbers, bits = within(keys[:, 0].copy(), keys[:, 1:].copy(), np.full(WORDS, 2**64 - 1, np.uint64))
    assert (numbers.tolist(), bits.tolist()) == ([0, 15, 16, 49], [0, 0, 0, 0])
    for bound in (0, 22):
        numbers, _ = within(keys[:, 0].copy(), keys[:, 1:].copy(), np.full(WORDS, 2**64 - 1, np.uint64), bound)
        assert numbers.tolist() == [0, 15, 16, 49]


@pytest.mark.parametrize("cosine", [1.0, 0.99, 0.9, 0.8])
@pytest.mark.parametrize("exactly", [index_search.EXACTLY, 0])
def test_a_copy_is_found_first_and_no_stranger_with_it(
    cosine: float, exactly: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_search, "EXACTLY", exactly)
    base = sketches(1, 60)
    near = nearest(table_of(20_000, {777: base}), asked(model_print(moved(base, cosine))), 32)
    assert near.models.tolist() == [777]
    assert near.keys[0] >= 2
    assert near.weights[0] > 20


def test_where_little_is_found_a_slot_is_asked_with_further_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_search, "EXACTLY", 0)
    found = {1: 0, 1 << 26: 0}
    for deep in found:
        monkeypatch.setattr(index_search, "DEEP", deep)
        for seed in range(10):
            base = sketches(seed, 100)
            near = nearest(table_of(2_000, {5: base}), asked(model_print(moved(base, 0.65))), 32)
            found[deep] += near.models.tolist() == [5]
    assert found[1] < found[1 << 26] == 10


def test_the_more_is_compared_the_more_it_takes_to_be_told() -> None:
    model = model_print(sketches(1, 1))
    for models, found in ((2, [1]), (400_000, [])):
        table = table_of(models, {1: sketches(1, 1)})
        table.first[:, 1] ^= np.uint64(2**21 - 1)
        table.rest[:, 1] ^= np.uint64(2**21 - 1)  # 84 of 256 bits, as about one stranger in 30 million has
        assert nearest(table, asked(model), 32).models.tolist() == found


def test_among_a_large_family_the_nearest_come_first_and_no_more_than_asked() -> None:
    base = sketches(1, 40)
    family = {number: moved(base, cosine, seed=number) for number, cosine in enumerate([0.9, 0.99, 0.8, 0.95, 0.85])}
    near = nearest(table_of(100, family), asked(model_print(base)), 3)
    assert near.models.tolist() == [1, 3, 0]


def test_a_matrix_that_is_there_twice_counts_once() -> None:
    base = sketches(1, 1)
    near = nearest(table_of(3, {1: base}), asked(model_print(base)), 8)
    assert (near.models.tolist(), near.keys.tolist(), near.bits.tolist()) == ([1], [1], [0])


def test_in_an_empty_index_nothing_is_found() -> None:
    assert nearest(Table.empty(0), asked(model_print(sketches(1))), 8).models.tolist() == []
