"""Tokens a second from memory bandwidth."""

from __future__ import annotations

import pytest

from hilt.knowledge.fit.speed import batched

GB = 1e9


def test_one_sequence_reads_all_weights_for_each_token() -> None:
    slow, fast = batched(100 * GB, total=5 * 10**9, read=5 * 10**9, cache=10**9, sequences=1)
    assert (slow, fast) == (pytest.approx(10), pytest.approx(17))


def test_many_sequences_share_the_reading_of_the_weights() -> None:
    alone = batched(3350 * GB, total=16 * 10**9, read=16 * 10**9, cache=5 * 10**8, sequences=1)
    together = batched(3350 * GB, total=16 * 10**9, read=16 * 10**9, cache=5 * 10**8, sequences=32)
    assert 16 * alone[0] < together[0] < 32 * alone[0]
    assert together[1] == pytest.approx(32 * alone[1])


def test_experts_are_shared_less() -> None:
    slow, fast = batched(1000 * GB, total=60 * 10**9, read=3 * 10**9, cache=0, sequences=8)
    assert slow == pytest.approx(8 * 600 / 24)
    assert 8 * 850 / 24 < fast < 8 * 850 / 3


def test_nothing_to_read_is_no_division_by_nothing() -> None:
    assert all(speed > 0 for speed in batched(GB, total=0, read=0, cache=0, sequences=1))
