from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from attacks.runtimes import ctranslate2
from formats.tensors.given import found, given, not_told, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

SEEDED = np.random.default_rng(5)
KINDS = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def variable(name: str, numbers: np.ndarray, shape: tuple[int, ...] | None = None) -> bytes:
    shape = numbers.shape if shape is None else shape
    out = struct.pack("<H", len(name) + 1) + name.encode() + b"\0" + struct.pack(f"<B{len(shape)}I", len(shape), *shape)
    return out + struct.pack("<BI", KINDS[str(numbers.dtype)], numbers.nbytes) + numbers.tobytes()


def model(*stored: tuple[str, np.ndarray]) -> dict[str, bytes]:
    return {"model.bin": ctranslate2(*(variable(*each) for each in stored))}


def matrix(*shape: int) -> np.ndarray:
    return SEEDED.standard_normal(shape).astype(np.float32)


def quantised(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As CTranslate2 does it: every row is multiplied by 127 / its largest number."""
    scale = (127 / np.abs(numbers.reshape(len(numbers), -1)).max(axis=1)).astype(np.float32)
    return np.rint(numbers * scale.reshape(-1, *[1] * (numbers.ndim - 1))).astype(np.int8), scale


def test_plain_variables_come_as_they_are_and_settings_do_not() -> None:
    first, half = matrix(4, 8), matrix(3).astype(np.float16)
    settings = [("num_heads", np.array(6, np.int16)), ("pre_norm", np.array(1, np.int8))]
    file = model(("encoder/conv/weight", first), ("encoder/conv/bias", half), *settings)
    assert {name: tensor.dtype for name, tensor in found(file).items()} == {
        "encoder/conv/weight": "F32", "encoder/conv/bias": "F16",
    }  # fmt: skip
    assert np.array_equal(whole(found(file)["encoder/conv/weight"]), first)
    assert not_told(file) == []


@pytest.mark.parametrize("shape", [(16, 32), (16, 4, 3)])
def test_integers_are_divided_by_the_scale_of_their_row(shape: tuple[int, ...]) -> None:
    numbers = matrix(*shape)
    integers, scale = quantised(numbers)
    (tensor,) = found(model(("a/weight", integers), ("a/weight_scale", scale))).values()
    assert (tensor.name, tensor.dtype, tensor.shape) == ("a/weight", "I8", shape)
    assert np.abs(whole(tensor) - numbers).max() < 0.51 / scale.min()
    assert np.allclose(whole(tensor), integers / scale.reshape(-1, *[1] * (len(shape) - 1)), rtol=1e-6)


def test_16_bit_integers_have_one_scale() -> None:
    integers = SEEDED.integers(-1024, 1024, (8, 8)).astype(np.int16)
    for scale in (np.array(4, np.float32), np.array([4], np.float32)):
        (tensor,) = found(
            model(("self_attention/linear_1/weight", integers), ("self_attention/linear_1/weight_scale", scale))
        ).values()
        assert np.array_equal(whole(tensor), integers / 4)


def test_fused_projections_come_one_by_one_with_their_scales_and_biases() -> None:
    numbers, bias = matrix(24 + 8 + 8, 24), matrix(40)
    integers, scale = quantised(numbers)
    name = "decoder/layer_0/self_attention/"
    fused = f"{name}linear_0/"
    file = model((f"{fused}bias", bias), (f"{fused}weight", integers), (f"{fused}weight_scale", scale))
    tensors = found(file)
    assert {each: tensor.shape for each, tensor in tensors.items()} == {
        f"{name}query/bias": (24,), f"{name}key/bias": (8,), f"{name}value/bias": (8,),
        f"{name}query/weight": (24, 24), f"{name}key/weight": (8, 24), f"{name}value/weight": (8, 24),
    }  # fmt: skip
    parts = [
        np.concatenate([whole(tensors[f"{name}{part}/{kind}"]) for part in ("query", "key", "value")])
        for kind in ("bias", "weight")
    ]
    assert np.array_equal(parts[0], bias)
    assert np.allclose(parts[1], integers / scale[:, None])
    two = found(model(("decoder/layer_0/attention/linear_1/weight", matrix(48, 24))))
    assert [tensor.shape for tensor in two.values()] == [(24, 24), (24, 24)]
    one = {"decoder/layer_0/attention/linear_0/weight": (24, 24), "decoder/layer_0/ffn/linear_0/weight": (96, 24)}
    assert {
        each: tensor.shape
        for each, tensor in found(model(*((each, matrix(*shape)) for each, shape in one.items()))).items()
    } == one


def test_one_scale_is_that_of_all_fused_projections() -> None:
    integers = SEEDED.integers(-9, 9, (24, 8)).astype(np.int8)
    name = "self_attention/linear_0/weight"
    tensors = found(model((name, integers), (f"{name}_scale", np.array(2, np.float32))))
    assert np.array_equal(np.concatenate([whole(tensor) for tensor in tensors.values()]), integers / 2)


def test_what_cannot_be_unpacked_is_told() -> None:
    file = model(
        ("a/weight", np.ones((4, 4), np.int32)), ("b/weight", np.ones((4, 4), np.int8)), ("c/weight", np.ones((4, 4), np.int8)),
        ("c/weight_scale", matrix(3)), ("d/table", np.ones(4, np.int32)),
    )  # fmt: skip
    assert not_told(file) == ["a/weight", "b/weight", "c/weight"]
    lying = {"model.bin": ctranslate2(variable("a", matrix(4), (1 << 20, 1 << 20)))}
    assert (not_told(lying), found(lying)) == (["a"], {})


def test_scales_of_zero_are_infinite_and_no_error() -> None:
    integers = np.array([[1, 0], [2, 3]], np.int8)
    (tensor,) = found(model(("a/weight", integers), ("a/weight_scale", np.array([0, np.nan], np.float32)))).values()
    assert not np.isfinite(tensor.rows(0, 2)).any()
    assert not np.isfinite(tensor.columns(0, 2, 2)).any()


def test_whatever_a_file_says_only_errors_of_the_format_come_of_it() -> None:
    seeded = random.Random(9)
    integers, scale = quantised(matrix(24, 8))
    name = "self_attention/linear_0/"
    data = model((f"{name}weight", integers), (f"{name}weight_scale", scale), (f"{name}bias", matrix(24)))["model.bin"]
    read = 0
    for _ in range(500):
        mutated = bytearray(data)
        for _ in range(seeded.randint(1, 3)):
            mutated[seeded.randrange(len(data))] = seeded.randrange(256)
        try:
            format_id, file = given({"model.bin": bytes(mutated)})
        except AssertionError:
            continue
        for tensor in tensors(format_id, file) if format_id == "ctranslate2" else ():
            try:
                tensor.rows(0, min(4, tensor.shape[0] if tensor.shape else 1))
                tensor.columns(0, 1, 8)
                read += 1
            except FormatError:
                pass
    assert read > 500
