from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.core.byte_source import MemorySource
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.turned import ChannelsFirst, Swapped, depthwise, kernel, projection

SEEDED = np.random.default_rng(3)


def both(array: np.ndarray) -> list[TensorSource]:
    """The array as it lies in a file, and as a source that knows rows and columns only."""
    data = MemorySource(array.astype("<f4").tobytes())
    return [
        Dense(name="w", dtype="F32", shape=array.shape, source=data, begin=0),
        Held(name="w", dtype="F32", values=array.astype("f4")),
    ]


@pytest.mark.parametrize("shape", [(7, 5), (3, 7, 5), (3, 2, 7, 5), (2, 3, 2, 7, 5), (1, 1, 1, 1), (1, 300, 400)])
def test_a_kernel_has_its_outputs_first_and_its_inputs_next(shape: tuple[int, ...]) -> None:
    array = SEEDED.random(shape, "f4")
    expected = np.moveaxis(array, (-1, -2), (0, 1))
    for stored in both(array):
        turned = kernel(stored)
        assert (turned.name, turned.dtype, turned.shape) == ("w", "F32", expected.shape)
        assert np.array_equal(whole(turned), expected)


def test_a_depthwise_kernel_has_a_row_for_each_channel_and_multiplier() -> None:
    array = SEEDED.random((3, 4, 5, 2), "f4")
    for stored in both(array):
        assert np.array_equal(whole(depthwise(stored)), array.transpose(2, 3, 0, 1).reshape(10, 1, 3, 4))


def test_a_projection_into_or_out_of_heads_is_a_matrix() -> None:
    array = SEEDED.random((6, 4, 5), "f4")
    for stored in both(array):
        assert np.array_equal(whole(projection(stored, 1)), array.reshape(6, 20).T)
        assert np.array_equal(whole(projection(stored, 2)), array.reshape(24, 5).T)


def test_inputs_that_lie_last_come_second() -> None:
    array = SEEDED.random((6, 4, 3, 5), "f4")
    held = Held(name="w", dtype="F16", values=array)
    first = ChannelsFirst(stored=held)
    assert (first.name, first.dtype) == ("w", "F16")
    assert np.array_equal(whole(first), array.transpose(0, 3, 1, 2))


def test_the_first_two_dimensions_change_places() -> None:
    array = SEEDED.random((6, 4, 3, 5), "f4")
    held = Held(name="w", dtype="F16", values=array)
    swapped = Swapped(stored=held)
    assert (swapped.name, swapped.dtype) == ("w", "F16")
    assert np.array_equal(whole(swapped), array.transpose(1, 0, 2, 3))


def test_columns_of_what_is_turned_read_no_more_than_they_need() -> None:
    class Counted(MemorySource):
        read_bytes = 0

        def read(self, offset: int, n: int) -> bytes:
            data = super().read(offset, n)
            Counted.read_bytes += len(data)
            return data

    array = SEEDED.random((64, 2000), "f4")
    turned = kernel(Dense(name="w", dtype="F32", shape=array.shape, source=Counted(array.tobytes()), begin=0))
    assert np.array_equal(turned.columns(0, 2, 5000), array[:2])
    assert Counted.read_bytes == 2 * 2000 * 4
    assert np.array_equal(turned.rows(10, 18), array.T[10:18])
    assert Counted.read_bytes == 2 * 2000 * 4 + 64 * 8 * 4
