from __future__ import annotations

import numpy as np

from formats.tensors.given import whole
from hilt.formats.tensors.layouts.dense import Held
from hilt.formats.tensors.layouts.parts import Cropped, Parts

VALUES = np.arange(6 * 4 * 3 * 5, dtype=np.float32).reshape(6, 4, 3, 5)
STORED = Held(name="w", dtype="F16", values=VALUES)


def test_parts_of_a_tensor_follow_each_other_in_another_order() -> None:
    parts = Parts(name="gates", stored=STORED, parts=((4, 6), (0, 1), (2, 4)))
    assert (parts.name, parts.dtype, parts.shape) == ("gates", "F16", (5, 4, 3, 5))
    assert np.array_equal(whole(parts), VALUES[[4, 5, 0, 2, 3]])


def test_what_fills_the_rows_is_cut_off() -> None:
    matrix = VALUES.reshape(6, 60)
    cropped = Cropped(stored=Held(name="w", dtype="F16", values=matrix), width=7)
    assert (cropped.name, cropped.dtype) == ("w", "F16")
    assert np.array_equal(whole(cropped), matrix[:, :7])
