from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.formats.tensors.layouts.dense import Held
from hilt.formats.tensors.orientation.biases import oriented

RANDOM = np.random.default_rng(8)


def turned(**shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """The shapes of these tensors, once they are in order."""
    arrays = {name.replace("__", "."): RANDOM.standard_normal(shape).astype("f4") for name, shape in shapes.items()}
    listed = [Held(name=name, dtype="F32", values=array) for name, array in arrays.items()]
    return {one.name: tuple(one.shape) for one in oriented(listed)}


@pytest.mark.parametrize(
    ("names", "shape", "bias", "expected"),
    [
        (("a__weight", "a__bias"), (4, 6), 6, (6, 4)),
        (("a__weight", "a__bias"), (4, 6), 4, (4, 6)),
        (("W1", "b1"), (4, 6), 6, (6, 4)),
        (("coefs___0", "intercepts___0"), (4, 6), 6, (6, 4)),
        (("net__0", "net__1"), (4, 6), 6, (6, 4)),
        (("a__weight", "b__bias"), (4, 6), 6, (4, 6)),
        (("a__weight", "a__scale"), (4, 6), 6, (4, 6)),
        (("a__kernel", "a__bias"), (3, 4, 6), 6, (6, 4, 3)),
        (("a__kernel", "a__bias"), (3, 3, 4, 6), 6, (6, 4, 3, 3)),
        (("a__kernel", "a__bias"), (6, 4, 3, 3), 6, (6, 4, 3, 3)),
        (("a__kernel", "a__bias"), (4, 6), 5, (4, 6)),
    ],
)
def test_a_kernel_has_its_outputs_where_its_bias_fits(
    names: tuple[str, str], shape: tuple[int, ...], bias: int, expected: tuple[int, ...]
) -> None:
    found = turned(**{names[0]: shape, names[1]: (bias,)})
    assert found[names[0].replace("__", ".")] == expected


def test_a_square_kernel_is_turned_where_the_others_are() -> None:
    square = RANDOM.standard_normal((5, 5)).astype("f4")
    for shape, last in (((4, 5), True), ((5, 4), False)):
        listed = [
            Held(name="a.weight", dtype="F32", values=square),
            Held(name="a.bias", dtype="F32", values=np.zeros(5, "f4")),
            Held(name="b.weight", dtype="F32", values=np.zeros(shape, "f4")),
            Held(name="b.bias", dtype="F32", values=np.zeros(5, "f4")),
        ]
        first = next(oriented(listed))
        assert np.array_equal(whole(first), square.T if last else square)


def test_a_depthwise_kernel_is_known_by_the_length_of_its_bias() -> None:
    found = turned(a__kernel=(3, 3, 8, 1), a__bias=(8,), b__kernel=(1, 1, 8, 4), b__bias=(4,))
    assert found["a.kernel"] == (8, 1, 3, 3)
    assert found["b.kernel"] == (4, 8, 1, 1)
