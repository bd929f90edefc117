from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.affine import affine, channels
from hilt.formats.tensors.layouts.dense import Held

RANDOM = np.random.default_rng(1)


def held(*shape: int) -> Held:
    return Held(name="w", dtype="I8", values=RANDOM.integers(-128, 128, shape).astype(np.float32))


@pytest.mark.parametrize(
    ("shape", "scales", "block"),
    [
        ((6, 8), (1, 1), None), ((6, 8), (6, 1), None), ((6, 8), (1, 8), None), ((6, 8), (6, 2), None),
        ((6, 8), (3, 4), None), ((6, 10), (6, 3), (1, 4)), ((7, 8), (4, 1), (0, 2)), ((4, 3, 2, 5), (1, 3, 1, 1), None),
        ((4, 3, 2, 5), (4, 1, 1, 5), None), ((9,), (9,), None), ((9,), (1,), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("has_zero", [True, False])
def test_every_number_has_the_scale_of_its_block(
    shape: tuple[int, ...], scales: tuple[int, ...], block: tuple[int, int] | None, has_zero: bool
) -> None:
    stored, scale, zero = held(*shape), held(*scales), held(*scales) if has_zero else None
    tensor = affine(stored, scale, zero, name="w", dtype="I8", block=block)
    expected = np.empty(shape, np.float32)
    for place in np.ndindex(*shape):
        sizes = [
            block[1] if block and block[0] == axis else n // m
            for axis, (n, m) in enumerate(zip(shape, scales, strict=True))
        ]
        of = tuple(min(at // each, m - 1) for at, each, m in zip(place, sizes, scales, strict=True))
        expected[place] = (stored.values[place] - (zero.values[of] if zero else 0)) * scale.values[of]
    assert np.array_equal(whole(tensor), expected)


@pytest.mark.parametrize(
    ("shape", "scales", "block"),
    [
        ((6, 8), (3,), None), ((6, 8), (4, 1), None), ((6, 8), (6, 9), None), ((6, 10), (6, 3), (1, 3)),
        ((6, 10), (6, 3), (1, 0)), ((0, 8), (0, 8), None), ((), (), None), ((1,) * 9, (1,) * 9, None),
    ],
)  # fmt: skip
def test_scales_that_do_not_divide_a_tensor_are_refused(
    shape: tuple[int, ...], scales: tuple[int, ...], block: tuple[int, int] | None
) -> None:
    with pytest.raises(FormatError, match="has scales of shape"):
        affine(held(*shape), held(*scales), None, name="w", dtype="I8", block=block)


def test_one_zero_point_may_go_with_many_scales_and_the_other_way_round() -> None:
    stored = held(4, 5)
    scales, zero = channels([1, 2, 3, 4], 2, 0), channels([7], 2, 0)
    assert np.array_equal(
        whole(affine(stored, scales, zero, name="w", dtype="I8")), (stored.values - 7) * np.array([[1], [2], [3], [4]])
    )
    assert np.array_equal(
        whole(affine(stored, zero, scales, name="w", dtype="I8")), (stored.values - np.array([[1], [2], [3], [4]])) * 7
    )
