from __future__ import annotations

import pytest

from hilt.core.review import Share, Times


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (50, 1000, 0.0381, 0.0653)],
)  # fmt: skip
def test_the_interval_of_a_share_is_that_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    share = Share.of([True] * part + [False] * (whole - part))
    assert (share.part, share.whole) == (part, whole)
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_nothing_has_no_share_and_takes_no_time() -> None:
    assert Share.of([]) == (0, 0, None, None)
    assert Times.of([]) == (None, None, None)


def test_times_are_those_of_somebody() -> None:
    assert Times.of([3.0]) == (3.0, 3.0, 3.0)
    assert Times.of(range(100, 0, -1)) == (10, 50, 95)
    assert Times.of([1.0, 9.0]) == (1.0, 1.0, 9.0)
