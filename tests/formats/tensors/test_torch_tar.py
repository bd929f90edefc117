from __future__ import annotations

import pickle
import struct

import numpy as np
import pytest

from attacks.pickles import named, p, text
from attacks.torch_tars import OBJECT, STORAGE, TENSOR, torch_tar
from formats.tensors.given import found, whole
from hilt.core.errors import FormatError

NUMBERS = np.random.default_rng(3).standard_normal(6).astype("<f4")
ONE = pickle.dumps(1, 2)


def storages(numbers: np.ndarray = NUMBERS, views: object = ()) -> bytes:
    return ONE + STORAGE + struct.pack("<q", numbers.size) + numbers.tobytes() + pickle.dumps(list(views), 2)  # type: ignore[call-overload]


def tensor(*numbers: int, described: bytes = TENSOR) -> bytes:
    """A tensor of two dimensions: shape, strides and offset."""
    return ONE + described + struct.pack("<i4x5q", 2, *numbers)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((2, 3, 3, 1, 0), NUMBERS.reshape(2, 3)),
        ((3, 2, 1, 3, 0), NUMBERS.reshape(2, 3).T),
        ((1, 2, 2, 1, 4), NUMBERS[None, 4:]),
    ],
)
def test_a_tensor_is_the_view_that_its_member_describes(numbers: tuple[int, ...], expected: np.ndarray) -> None:
    by_name = found({"model.pt": torch_tar(OBJECT, tensor(*numbers), storages())})
    assert list(by_name) == ["weight"]
    assert np.array_equal(whole(by_name["weight"]), expected)


def test_a_storage_may_be_a_part_of_another() -> None:
    described = p(2, b"(K\x02K\x09" + named("torch", "FloatTensor") + b"t")
    data = torch_tar(OBJECT, tensor(1, 2, 2, 1, 1, described=described), storages(views=[(9, 1, 2, 3)]))
    assert whole(found({"model.pt": data})["weight"]).tolist() == [NUMBERS[3:5].tolist()]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (torch_tar(OBJECT, tensor(2, 3, 3, 1, 1), storages()), "reaches to element 6 of storage '1', which holds 6"),
        (torch_tar(OBJECT, tensor(2, 3, -3, 1, 3), storages()), "no usable offset, shape and strides"),
        (
            torch_tar(
                OBJECT,
                tensor(2, 3, 3, 1, 0, described=p(2, b"(K\x02K\x05" + named("torch", "FloatTensor") + b"t")),
                storages(),
            ),
            "storage 5 of tensor 2 is missing",
        ),
    ],
)
def test_a_tensor_that_reaches_outside_of_its_storage_is_a_format_error(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        found({"model.pt": data})


def test_a_key_that_names_no_tensor_is_none() -> None:
    for key in (text("3"), text("x"), text("9" * 200), b"N"):
        value = p(2, b"}" + text("weight") + key + b"Qs")
        assert found({"model.pt": torch_tar(value, tensor(2, 3, 3, 1, 0), storages())}) == {}
