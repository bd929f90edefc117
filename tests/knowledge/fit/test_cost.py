"""What a million tokens cost, and from how many a day own hardware is cheaper: held against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.running import Offer
from hilt.knowledge.fit import cost

H100 = 2.50
"""US dollars an hour, as in the examples that these figures are from."""


def offered(read: float, written: float) -> Offer:
    return Offer("a host", "a model", read, written, same=True, as_of="2026-11-01")


@pytest.mark.parametrize(
    ("read", "written", "blended", "tokens_a_day"),
    [
        (0.10, 0.50, 0.20, 300e6),  # gpt-oss-120b hosted, GPT-6 Luna
        (4.00, 20.00, 8.00, 7.5e6),  # Claude Opus 5.5
    ],
)
def test_an_h100_breaks_even_where_the_example_says(
    read: float, written: float, blended: float, tokens_a_day: float
) -> None:
    offer = offered(read, written)
    assert offer.blended == pytest.approx(blended)
    assert cost.break_even(H100, (1.0, 1e9), offer).tokens_a_day == pytest.approx(tokens_a_day)


def test_three_hundred_million_tokens_a_day_are_3470_a_second_around_the_clock() -> None:
    offer = offered(0.10, 0.50)
    assert cost.break_even(H100, (1000.0, 3473.0), offer).tokens_a_day is not None
    assert cost.break_even(H100, (1000.0, 3470.0), offer).tokens_a_day is None


@pytest.mark.parametrize(("dollars", "tokens_a_second"), [(0.21, 3306.9), (15.25, 45.54)])
def test_the_same_h100_costs_cents_or_dollars_by_how_busy_it_is(dollars: float, tokens_a_second: float) -> None:
    assert cost.a_million(H100, tokens_a_second, 1.0) == pytest.approx(dollars, rel=1e-3)
    assert cost.a_million(H100, 2 * tokens_a_second, 0.5) == pytest.approx(dollars, rel=1e-3)


def test_a_curve_falls_with_use_and_holds_the_usual_points() -> None:
    curve = cost.costs(H100, (1000.0, 2000.0))
    assert len(curve) >= 12
    assert {0.05, 0.25, 0.5, 1.0} <= {one.utilisation for one in curve}
    assert all(one.low < one.high for one in curve)
    assert [one.high for one in curve] == sorted((one.high for one in curve), reverse=True)


def test_tokens_of_the_blend_are_more_than_those_that_are_written() -> None:
    slow, fast = cost.blended((100.0, 100.0))
    assert slow == pytest.approx(200)
    assert 370 < fast < 400


def test_a_laptop_costs_its_price_over_the_years_and_its_electricity() -> None:
    assert cost.an_hour(999, 30, 3, 0.1872) == pytest.approx(999 / 26280 + 0.005616)


@given(st.floats(0.001, 1000), st.floats(0.1, 1e6), st.floats(1, 10), st.floats(0.01, 100), st.floats(0.01, 100))
def test_at_the_break_even_the_curve_meets_the_price(
    price: float, slow: float, spread: float, read: float, written: float
) -> None:
    offer = offered(read, written)
    tokens = cost.break_even(price, (slow, slow * spread), offer).tokens_a_day
    if tokens is None:
        assert cost.a_million(price, slow * spread, 1.0) > offer.blended * 0.999
    else:
        busy = tokens / (slow * spread * 86400)
        assert cost.a_million(price, slow * spread, busy) == pytest.approx(offer.blended)
