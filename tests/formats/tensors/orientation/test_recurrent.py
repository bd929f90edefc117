from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.formats.tensors.layouts.dense import Held
from hilt.formats.tensors.orientation.recurrent import recurrent

VALUES = np.arange(2 * 12 * 5, dtype=np.float32).reshape(2, 12, 5)


def held(values: np.ndarray) -> Held:
    return Held(name="w", dtype="F32", values=values)


def test_a_weight_of_one_direction_keeps_its_name() -> None:
    for values in (VALUES[:1], VALUES[0]):
        (one,) = recurrent(held(values), (2, 0, 1))
        assert one.name == "w"
        assert np.array_equal(whole(one), VALUES[0][[8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7]])


def test_two_directions_are_two_weights() -> None:
    forward, reverse = recurrent(held(VALUES), (1, 0))
    assert (forward.name, reverse.name) == ("w.forward", "w.reverse")
    assert np.array_equal(whole(reverse), np.roll(VALUES[1], 6, axis=0))


@pytest.mark.parametrize("shape", [(3, 12, 5), (10**6, 4, 1), (2, 13, 5), (0, 12, 5), (2, 0, 5), (7,), (1, 2, 3, 4)])
def test_what_is_no_weight_of_gates_stays_as_it_is(shape: tuple[int, ...]) -> None:
    stored = held(np.zeros(shape, np.float32))
    assert list(recurrent(stored, (0, 1, 2, 3))) in ([stored], [])
