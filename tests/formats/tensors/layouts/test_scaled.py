from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.formats.tensors.layouts.dense import Held
from hilt.formats.tensors.layouts.scaled import Scaled

STORED = np.arange(12, dtype="f4").reshape(4, 3)
EACH = np.array([1, 2, 3, 4], "f4")


@pytest.mark.parametrize("scale", [0.5, EACH, np.array([2], "f4")], ids=["one", "each row", "a list of one"])
@pytest.mark.parametrize("offset", [0.0, -EACH], ids=["none", "each row"])
def test_numbers_are_scaled_and_moved(scale: float | np.ndarray, offset: float | np.ndarray) -> None:
    tensor = Scaled(stored=Held(name="w", dtype="U8", values=STORED), scale=scale, offset=offset)
    expected = STORED * np.reshape(scale, (-1, 1)) + np.reshape(offset, (-1, 1))
    assert (tensor.name, tensor.dtype, tensor.shape) == ("w", "U8", (4, 3))
    assert np.array_equal(whole(tensor), expected)


def test_a_scale_past_all_numbers_warns_of_nothing() -> None:
    tensor = Scaled(stored=Held(name="w", dtype="U8", values=STORED), scale=3e38, offset=float("nan"))
    assert np.isnan(whole(tensor)).all()
