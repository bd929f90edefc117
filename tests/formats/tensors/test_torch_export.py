from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from attacks.archives import Part, honest_zip, zip_of
from formats.tensors.given import found, whole
from hilt.core.errors import FormatError

WEIGHT = np.random.default_rng(1).standard_normal((6, 4)).astype("<f4")


def described(
    key: str = "weight_0", sizes: Any = (6, 4), strides: Any = (4, 1), offset: Any = 0, dtype: Any = 7, **more: Any
) -> dict[str, Any]:
    meta = {
        "dtype": dtype,
        "sizes": [{"as_int": n} for n in sizes],
        "strides": [{"as_int": n} for n in strides],
        "storage_offset": {"as_int": offset},
    }
    return {"path_name": key, "use_pickle": False, "tensor_meta": meta, **more}


def exported(listed: Any, data: bytes = WEIGHT.tobytes()) -> dict[str, bytes]:
    listing = listed if isinstance(listed, bytes) else json.dumps({"config": listed}).encode()
    parts = (
        Part(name="net/data/weights/weight_0", data=data),
        Part(name="net/data/weights/model_weights_config.json", data=listing),
        Part(name="net/archive_format", data=b"pt2"),
        Part(name="net/byteorder", data=b"little"),
    )
    return {"net.pt2": zip_of(*parts)}


def test_weights_are_the_members_that_are_listed() -> None:
    listed = {
        "fc.weight": described(),
        "turned": described(sizes=(4, 6), strides=(1, 4)),
        "steps": described(dtype=5, sizes=(12,), strides=(1,)),
        "pickled": described(use_pickle=True),
    }
    by_name = found(exported(listed))
    assert list(by_name) == ["fc.weight", "turned"]
    assert np.array_equal(whole(by_name["fc.weight"]), WEIGHT)
    assert np.array_equal(whole(by_name["turned"]), WEIGHT.T)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ({"w": described(offset=1)}, "reaches to element 24 of storage 'weight_0', which holds 24"),
        ({"w": described(strides=(4, -1))}, "no usable offset, shape and strides"),
        ({"w": described(sizes=("s0", 4))}, "no usable offset, shape and strides"),
        ({"w": described("../../x")}, "storage '../../x' is missing"),
        (b"[]", "lists no tensors"),
        (b"{", "not JSON"),
    ],
)
def test_a_list_that_says_what_is_not_there_is_a_format_error(listed: Any, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        found(exported(listed))


def test_any_other_zip_has_no_tensors() -> None:
    assert found({"model.zip": honest_zip()}) == {}
