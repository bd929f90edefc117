from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest

from formats.tensors.given import found, given, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

RANDOM = np.random.default_rng(6)
MATRIX = RANDOM.standard_normal((12, 9)).astype("<f4")
KERNEL = RANDOM.standard_normal((3, 3, 5, 7)).astype("<f4")
"""As TensorFlow has it: height, width, inputs, outputs."""


def npy(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def packed(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", ">f8", "i1", "u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_bears_the_name_of_its_file(dtype: str, order: Any) -> None:
    array = np.asarray(MATRIX * 20, dtype=dtype, order=order) if dtype != "u1" else np.asarray(abs(MATRIX) * 20, "u1")
    by_name = found({"weights/embedding.npy": npy(array)})
    assert list(by_name) == ["embedding"]
    assert np.array_equal(whole(by_name["embedding"]), array.astype("f4"))


def test_two_bytes_of_anything_are_what_jax_writes_for_bfloat16() -> None:
    bfloat16 = (MATRIX.view("u4") >> 16).astype("<u2")
    (array,) = found({"x.npy": npy(bfloat16.view("V2"))}).values()
    assert array.dtype == "BF16"
    assert np.array_equal(whole(array), (bfloat16.astype("u4") << 16).view("f4"))


@pytest.mark.parametrize("array", [np.arange(6), np.array(["a"]), np.zeros((0, 3), "f4"), np.ones(4, "u1"), MATRIX > 0])
def test_an_array_of_anything_else_is_no_tensor(array: Any) -> None:
    assert found({"x.npy": npy(array)}) == {}


def test_the_arrays_in_an_array_of_objects_are_found_and_turned_as_their_biases_tell() -> None:
    value = {"net": [KERNEL, np.zeros(7, "f4"), MATRIX, np.zeros(9, "f4")], "table": MATRIX}
    by_name = found({"model.npy": npy(np.array(value, dtype=object))})
    assert list(by_name) == ["net.0", "net.1", "net.2", "net.3", "table"]
    assert np.array_equal(whole(by_name["net.0"]), KERNEL.transpose(3, 2, 0, 1))
    assert np.array_equal(whole(by_name["net.2"]), MATRIX.T)
    assert np.array_equal(whole(by_name["table"]), MATRIX)


@pytest.mark.parametrize("write", [npz, packed])
def test_the_members_of_an_archive_are_named_and_turned_as_their_biases_tell(write: Any) -> None:
    data = write(**{"conv/kernel": KERNEL, "conv/bias": np.zeros(7, "f4"), "step": np.array(3), "other": MATRIX})
    by_name = found({"model.npz": data})
    assert list(by_name) == ["conv/kernel", "conv/bias", "other"]
    assert np.array_equal(whole(by_name["conv/kernel"]), KERNEL.transpose(3, 2, 0, 1))
    assert np.array_equal(whole(by_name["other"]), MATRIX)


def test_prefixes_and_mutations_raise_only_format_errors() -> None:
    originals = [npy(MATRIX), npy(np.array({"a": MATRIX}, dtype=object)), packed(a=MATRIX, b=np.zeros(9, "f4"))]
    chance = random.Random(3)
    told = 0
    for _ in range(300):
        changed = bytearray(chance.choice(originals))
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            for one in tensors(*given({"x.npy": bytes(changed[: chance.choice((len(changed), 300))])})):
                one.rows(0, one.shape[0] if one.shape else 1)
                told += 1
        except (FormatError, AssertionError):
            continue
    assert told
