from __future__ import annotations

import random
from array import array
from collections.abc import Sequence

import numpy as np
import pytest

from attacks.graphs import Flat, flatbuffer
from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors
from reading import read

RANDOM = np.random.default_rng(5)
TYPES = {"f4": 0, "f2": 1, "i4": 2, "u1": 3, "i8": 4, "i2": 7, "i1": 9}
CONV, DEPTHWISE, DEQUANTIZE, DENSE, TRANSPOSE_CONV, MATMUL, CONV_3D = 3, 4, 6, 9, 67, 126, 132


def tensor(name: str, values: np.ndarray, buffer: int = 1, **more: object) -> Flat:
    kind = more.get("kind", TYPES.get(values.dtype.str[1:], 0))
    shape = array("i", more.get("shape", values.shape))
    made: Flat = {0: shape, 1: kind, 2: buffer, 3: name}
    if "scales" in more:
        quantised: Flat = {2: array("f", more["scales"]), 6: more.get("axis", 0)}
        made[4] = quantised | ({3: tuple(more["zeros"])} if "zeros" in more else {})
    return made | ({6: {0: ()}} if more.get("sparse") else {})


def model(*items: Flat, buffers: Sequence[np.ndarray], nodes: Sequence[Flat] = (), codes: Sequence[Flat] = ()) -> bytes:
    held: list[Flat] = [{}, *({0: values.tobytes()} for values in buffers)]
    return flatbuffer({0: 3, 1: list(codes), 2: [{0: list(items), 3: list(nodes)}], 4: held})


def taken(values: np.ndarray, operator: int, options: Flat | None = None, **more: object) -> bytes:
    """A model of one operator that takes these numbers as its second input."""
    node: Flat = {0: 0, 1: array("i", (-1, 0))}
    code: Flat = {0: min(operator, 127), 3: operator} | ({1: more["custom"]} if "custom" in more else {})
    nodes = [node | ({4: options} if options else {})]
    return model(tensor("w", values, **more), buffers=[values], nodes=nodes, codes=[code])


def only(data: bytes) -> np.ndarray:
    by_name = found({"m.tflite": data})
    assert list(by_name) == ["w"]
    assert not_told({"m.tflite": data}) == []
    return whole(by_name["w"])


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    ("operator", "shape", "axes"),
    [
        (CONV, (4, 2, 3, 5), (0, 3, 1, 2)),
        (DEPTHWISE, (1, 2, 3, 4), (3, 0, 1, 2)),
        (TRANSPOSE_CONV, (4, 2, 3, 5), (3, 0, 1, 2)),
        (CONV_3D, (2, 2, 3, 4, 5), (4, 3, 0, 1, 2)),
        (DENSE, (4, 5), (0, 1)),
        (MATMUL, (4, 5), (1, 0)),
        (18, (4, 5), (0, 1)),
        (DEPTHWISE, (2, 2, 3, 4), (0, 1, 2, 3)),
        (CONV, (4, 5), (0, 1)),
    ],
)
@pytest.mark.parametrize("dtype", ["f4", "f2"])
def test_kernels_come_in_the_order_of_pytorch(
    operator: int, shape: tuple[int, ...], axes: tuple[int, ...], dtype: str
) -> None:
    values = numbers(*shape).astype(dtype)
    assert np.array_equal(only(taken(values, operator)), values.transpose(axes).astype(np.float32))


def test_a_product_may_take_its_matrix_transposed() -> None:
    values = numbers(4, 5)
    assert np.array_equal(only(taken(values, MATMUL, {1: 1})), values)


def test_the_transposed_convolution_that_mediapipe_adds_is_one() -> None:
    values = numbers(4, 2, 3, 5)
    assert np.array_equal(only(taken(values, 32, custom="Convolution2DTransposeBias")), values.transpose(3, 0, 1, 2))
    assert np.array_equal(only(taken(values, 32, custom="Own")), values)


@pytest.mark.parametrize(("dtype", "low"), [("i1", -128), ("u1", 0), ("i2", -3000)])
@pytest.mark.parametrize(
    ("operator", "shape", "axis", "axes"),
    [(CONV, (4, 2, 3, 5), 0, (0, 3, 1, 2)), (DEPTHWISE, (1, 2, 3, 4), 3, (3, 0, 1, 2)), (DENSE, (4, 5), 0, (0, 1)),
     (TRANSPOSE_CONV, (4, 2, 3, 5), 0, (3, 0, 1, 2))],
)  # fmt: skip
@pytest.mark.parametrize("each", [True, False])
def test_whole_numbers_are_scaled(
    dtype: str, low: int, operator: int, shape: tuple[int, ...], axis: int, axes: tuple[int, ...], each: bool
) -> None:
    codes = RANDOM.integers(low, low + 256, shape).astype(dtype)
    count = shape[axis] if each else 1
    scales, zeros = np.abs(numbers(count)), RANDOM.integers(low, low + 256, count)
    spread = [1] * len(shape)
    spread[axis] = count
    expected = (codes.astype(np.float32) - zeros.reshape(spread)) * scales.reshape(spread)
    data = taken(codes, operator, scales=scales.tolist(), zeros=zeros.tolist(), axis=axis)
    assert found({"m.tflite": data})["w"].dtype == {"i1": "I8", "u1": "U8", "i2": "I16"}[dtype]
    assert np.allclose(only(data), expected.transpose(axes))


def test_numbers_of_four_bits_are_unpacked() -> None:
    codes = RANDOM.integers(-8, 8, (3, 5))
    nibbles = np.append(codes.ravel() & 15, 0).astype(np.uint8)
    packed = nibbles[::2] | nibbles[1::2] << 4
    data = taken(packed, DENSE, kind=17, shape=(3, 5), scales=[0.5, 2.0, 1.0])
    assert np.array_equal(only(data), codes * np.array([[0.5], [2.0], [1.0]]))


def test_half_precision_is_followed_through_what_makes_it_single() -> None:
    values = numbers(4, 2, 3, 5).astype(np.float16)
    nodes: list[Flat] = [{0: 0, 1: array("i", (0,)), 2: array("i", (1,))}, {0: 1, 1: array("i", (-1, 1))}]
    codes: list[Flat] = [{0: DEQUANTIZE}, {0: CONV}]
    items = tensor("w", values), tensor("w32", np.zeros((4, 2, 3, 5), np.float32), 0)
    data = model(*items, buffers=[values], nodes=nodes, codes=codes)
    assert np.array_equal(only(data), values.transpose(0, 3, 1, 2).astype(np.float32))


def test_a_bias_has_one_dimension_and_settings_are_no_weights() -> None:
    bias, pads, one = numbers(1, 1, 1, 6), np.ones((2, 2), np.int32), numbers(1)
    items = tensor("bias", bias, 1), tensor("pads", pads, 2), tensor("one", one, 3), tensor("bias", bias, 1)
    data = model(*items, buffers=[bias, pads, one], codes=[{0: 0}])
    assert {name: one.shape for name, one in found({"m.tflite": data}).items()} == {"bias": (6,)}
    assert not_told({"m.tflite": data}) == []


def test_buffers_behind_the_tables_are_read() -> None:
    values = numbers(3, 5)
    start: Flat = {0: 3, 1: [{0: 0}], 2: [{0: [tensor("w", values)], 3: []}], 4: [{}, {1: 512, 2: values.nbytes}]}
    data = flatbuffer(start).ljust(512, b"\0") + values.tobytes()
    assert np.array_equal(only(data), values)
    with pytest.raises(FormatError, match="past the end"):
        found({"m.tflite": data[:-1]})


@pytest.mark.parametrize(
    "more",
    [{"sparse": True}, {"shape": (4, 6)}, {"shape": (2**30, 2**30)}, {"shape": (5, 5), "kind": 10},
     {"kind": 9, "scales": [1.0, 2.0, 3.0], "shape": (100,)}, {"kind": 17, "scales": [1.0]},
     {"kind": 9, "scales": [1.0] * 200, "shape": (100,)}],
)  # fmt: skip
def test_numbers_that_cannot_be_had_are_told(more: dict[str, object]) -> None:
    values = numbers(5, 5)
    data = model(tensor("w", values, **more), tensor("v", values), buffers=[values], codes=[{0: 0}])
    assert list(found({"m.tflite": data})) == ["v"]
    assert not_told({"m.tflite": data}) == ["w"]


@pytest.mark.parametrize("shape", [(), (0, 5), (-1, 5), (-5, -5)])
def test_what_has_no_numbers_is_passed_over(shape: tuple[int, ...]) -> None:
    values = numbers(5, 5)
    data = model(tensor("w", values, shape=shape), buffers=[values], codes=[{0: 0}])
    assert list(tensors(*given({"m.tflite": data}))) == []


def test_a_tensor_of_a_buffer_that_is_not_there_is_an_error() -> None:
    data = model(tensor("w", numbers(2, 2), 7), buffers=[], codes=[{0: 0}])
    with pytest.raises(FormatError, match="buffer 7"):
        found({"m.tflite": data})


def test_whatever_the_bytes_are_only_format_errors_escape() -> None:
    codes = RANDOM.integers(-128, 128, (1, 2, 3, 4)).astype(np.int8)
    data = taken(codes, DEPTHWISE, scales=[1.0, 2.0, 3.0, 4.0], zeros=[1, 2, 3, 4], axis=3)
    chance = random.Random(3)
    changed = [data[:end] for end in range(0, len(data), 3)]
    for _ in range(600):
        one = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            one[chance.randrange(len(data))] = chance.choice([0, 1, 2, 255, chance.randrange(256)])
        changed.append(bytes(one))
    came = 0
    for one in changed:
        file = read(bytes(one), "m.tflite")
        if file.error is not None or file.format != "tflite":
            continue
        came += came_through(tensors(*given({"m.tflite": bytes(one)})), whole)
    assert came > 70
