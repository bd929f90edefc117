from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.pickles import LAUGHS, backwards, doubled, laughs
from hilt.core.byte_source import MemorySource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.pickle import one
from hilt.formats.pickle_growth import MOST, growth

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner), max_leaves=12)


def grown(data: bytes, limits: Limits = Limits()) -> tuple[int, int]:  # noqa: B008
    return growth(one(MemorySource(data), 0, len(data), "").ops(), limits)


def walked(value: object) -> int:
    """What a walk meets, and so counts."""
    return 1 + sum(walked(item) for item in value) if isinstance(value, list | tuple) and value != () else 1


@given(value=VALUES, copies=st.integers(1, 4), protocol=st.integers(0, 5))
@settings(max_examples=60)
def test_a_walk_meets_as_many_values_as_a_walk_in_python(value: object, copies: int, protocol: int) -> None:
    whole = [[value] * copies] * copies
    assert grown(pickle.dumps(whole, protocol))[1] == walked(whole)


def test_what_is_inside_itself_is_not_endless() -> None:
    ring: list[object] = [1, 2]
    ring.append(ring)
    assert grown(pickle.dumps(ring))[1] == 4


def test_each_level_multiplies() -> None:
    assert [grown(laughs(b"]", b"e", levels))[1] for levels in (1, 2, 3)] == [12, 123, 1234]
    assert grown(doubled(10))[1] == 2 * 2**10 + 2**10 - 1
    assert grown(backwards(3))[1] == 15


@pytest.mark.parametrize("data", LAUGHS.values(), ids=LAUGHS)
def test_no_number_is_larger_than_is_told(data: bytes) -> None:
    spelt, most = grown(data)
    assert spelt < 300
    assert 10**12 < most <= MOST


def test_a_pickle_that_breaks_counts_up_to_there() -> None:
    assert grown(pickle.dumps([1, [2, 3]])[:-3] + b"\xff")[0] > 0


@pytest.mark.slow
def test_a_deep_pickle_is_walked_without_recursion() -> None:
    assert grown(b"\x80\x02N" + b"\x85" * 200_000 + b".")[1] == 200_001


def test_containers_beyond_what_may_be_held_are_not_counted() -> None:
    with pytest.raises(LimitExceeded, match="pickle_held_bytes"):
        grown(b"\x80\x02(" + b"]" * 10_000 + b"l.", Limits(pickle_held_bytes=100_000))
