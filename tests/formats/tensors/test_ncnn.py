"""That ncnn takes gates and kernels in these orders was tried with ncnn itself on random weights."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from attacks.runtimes import ncnn, ncnn_binary
from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors
from reading import read

RANDOM = np.random.default_rng(5)
FLOAT16, INT8, FLOAT32 = 0x01306B47, 0x000D4B38, 0x0002C056


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def stored(*parts: np.ndarray | tuple[int, np.ndarray]) -> bytes:
    """Weights as they lie in a `.bin`: plain ones, and those with a tag before them, to whole words."""
    out = b""
    for part in parts:
        tag, values = part if isinstance(part, tuple) else (None, part)
        out += (b"" if tag is None else struct.pack("<I", tag)) + values.tobytes()
        out += bytes(-len(out) % 4)
    return out


def files(line: str, *parts: np.ndarray | tuple[int, np.ndarray]) -> dict[str, bytes]:
    return {"f/m.param": ncnn(line), "f/m.bin": stored(*parts)}


@pytest.mark.parametrize(("tag", "dtype"), [(0, "F32"), (FLOAT32, "F32"), (FLOAT16, "F16")])
@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("Convolution l 1 1 a b 0=4 1=3 11=2 5=1 6=72", (4, 3, 2, 3)),
        ("Convolution l 1 1 a b 0=4 1=3 5=1 6=108", (4, 3, 3, 3)),
        ("ConvolutionDepthWise l 1 1 a b 0=4 1=3 5=1 6=36 7=4", (4, 1, 3, 3)),
        ("DeconvolutionDepthWise l 1 1 a b 0=4 1=3 5=1 6=36 7=4", (4, 1, 3, 3)),
        ("Convolution1D l 1 1 a b 0=4 1=3 5=1 6=24", (4, 2, 3)),
        ("Convolution3D l 1 1 a b 0=4 1=3 21=2 11=1 5=1 6=48", (4, 2, 2, 1, 3)),
        ("InnerProduct l 1 1 a b 0=4 1=1 2=20", (4, 5)),
        ("Embed l 1 1 a b 0=4 1=6 2=1 3=24", (6, 4)),
    ],
)
def test_weights_have_the_shape_that_their_layer_tells(line: str, shape: tuple[int, ...], tag: int, dtype: str) -> None:
    values = numbers(*shape).astype("f2" if dtype == "F16" else "f4")
    bias = numbers(4)
    by_name = found(files(line, (tag, values), bias))
    assert {name: one.dtype for name, one in by_name.items()} == {"l.0": dtype, "l.1": "F32"}
    assert np.array_equal(whole(by_name["l.0"]), values.astype(np.float32))
    assert np.array_equal(whole(by_name["l.1"]), bias)


def test_a_transposed_convolution_has_its_inputs_first() -> None:
    values = numbers(4, 3, 2, 2)
    by_name = found(files("Deconvolution l 1 1 a b 0=4 1=2 5=0 6=48", (0, values)))
    assert np.array_equal(whole(by_name["l.0"]), values.transpose(1, 0, 2, 3))


@pytest.mark.parametrize("transposed", [0, 1])
def test_the_right_matrix_of_a_product_has_its_outputs_first(transposed: int) -> None:
    left, right = numbers(2, 5), numbers(*((3, 5) if transposed else (5, 3)))
    line = f"Gemm l 1 1 a b 3={transposed} 4=1 5=1 6=0 7=2 8=3 9=5"
    by_name = found(files(line, (0, left), (0, right)))
    assert by_name["l.0"].shape == (10,)
    assert np.array_equal(whole(by_name["l.1"]), right if transposed else right.T)


@pytest.mark.parametrize(
    ("layer", "theirs", "ours", "rows"), [("LSTM", "ifog", "ifgo", 4), ("GRU", "rzn", "rzn", 4), ("RNN", "h", "h", 1)]
)
@pytest.mark.parametrize("directions", [1, 2])
def test_gates_come_in_the_order_of_pytorch(layer: str, theirs: str, ours: str, rows: int, directions: int) -> None:
    weights = {gate: numbers(directions, 3, 5) for gate in theirs}
    hidden = {gate: numbers(directions, 3, 3) for gate in theirs}
    biases = {gate: numbers(directions, 3) for gate in (theirs if layer == "LSTM" else range(rows))}
    parts = [np.concatenate(list(part.values()), axis=1) for part in (weights, biases, hidden)]
    direction = 2 if directions == 2 else 0
    line = f"{layer} l 1 1 a b 0=3 1={parts[0].size} 2={direction}"
    by_name = found(files(line, *((0, part) for part in parts)))
    for place, ending in enumerate([".forward", ".reverse"] if directions == 2 else [""]):
        for number, part in ((0, weights), (2, hidden)):
            expected = np.concatenate([part[gate][place] for gate in ours])
            assert np.array_equal(whole(by_name[f"l.{number}{ending}"]), expected)
        expected = np.concatenate([biases[gate][place] for gate in (ours if layer == "LSTM" else range(rows))])
        assert np.array_equal(whole(by_name[f"l.1{ending}"]), expected)


@pytest.mark.parametrize(
    ("line", "shape", "count"),
    [
        ("Convolution l 1 1 a b 0=4 1=2 5=1 6=48 8=2", (4, 3, 2, 2), 4),
        ("ConvolutionDepthWise l 1 1 a b 0=4 1=2 5=1 6=16 7=4 8=1", (4, 1, 2, 2), 4),
        ("InnerProduct l 1 1 a b 0=4 1=1 2=20 8=1", (4, 5), 4),
        ("Embed l 1 1 a b 0=4 1=5 2=1 3=20 18=2", (5, 4), 1),
    ],
)
def test_numbers_of_eight_bits_are_divided_by_what_they_were_multiplied_with(
    line: str, shape: tuple[int, ...], count: int
) -> None:
    codes, scales = RANDOM.integers(-128, 128, shape).astype(np.int8), np.abs(numbers(count)) * 100
    made = files(line, (INT8, codes), numbers(4), scales, numbers(1))
    by_name = found(made)
    assert list(by_name) == ["l.0", "l.1"]
    assert by_name["l.0"].dtype == "I8"
    assert np.allclose(whole(by_name["l.0"]), codes / scales.reshape(-1, *(1 for _ in shape[1:])))
    assert not_told(made) == []


def test_numbers_that_cannot_be_unpacked_are_told() -> None:
    codes = np.zeros(20, np.int8)
    assert not_told(files("InnerProduct l 1 1 a b 0=4 1=0 2=20", (INT8, codes))) == ["l.0"]
    table = (1, np.zeros(256 + 5, np.float32))
    assert not_told(files("InnerProduct l 1 1 a b 0=4 1=0 2=20", table)) == ["l.0"]
    short = files("InnerProduct l 1 1 a b 0=4 1=0 2=20", (0, numbers(4, 4)))
    assert not_told(short) == ["l.0"]
    assert found(short) == {}


@pytest.mark.parametrize(
    "line",
    ["Convolution l 1 1 a b 0=-4 6=108", "Convolution l 1 1 a b 0=5 1=3 6=108", "Convolution l 1 1 a b 0=4 1=0 6=108"],
)
def test_a_shape_that_does_not_fit_is_a_row_of_numbers(line: str) -> None:
    assert found(files(line, (0, numbers(108))))["l.0"].shape == (108,)


def test_layers_that_nobody_knows_are_an_error() -> None:
    with pytest.raises(FormatError, match="nobody knows"):
        found(files("Own l 1 1 a b", numbers(4)))


def test_a_binary_description_has_the_same_weights() -> None:
    values, bias = numbers(4), numbers(2)
    made = {"m.param.bin": ncnn_binary(), "m.bin": stored((0, values), bias)}
    by_name = found(made)
    assert [one.shape for one in by_name.values()] == [(2, 2, 1, 1), (2,)]
    assert np.array_equal(whole(next(iter(by_name.values()))).ravel(), values)


def test_without_weights_beside_it_a_description_has_none() -> None:
    assert list(tensors(*given({"m.param": ncnn()}))) == []
    assert list(tensors(*given({"m.param": ncnn("Bias l 0 0 0=4 a=1"), "m.bin": bytes(16)}))) == []  # of pnnx


def test_whatever_the_description_says_only_format_errors_escape() -> None:
    lines = (
        "Convolution l 1 1 a b 0=4 1=3 5=1 6=108 8=2",
        "LSTM m 1 1 a b 0=3 1=60 2=2",
        "Gemm g 1 1 a b 4=1 5=1 7=2 8=3 9=5",
    )
    data, chance = ncnn(*lines), random.Random(3)
    came = 0
    for _ in range(500):
        one = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            one[chance.randrange(12, len(data))] = chance.choice(b"0123456789- =")
        if read(bytes(one), "m.param").error is None and read(bytes(one), "m.param").format == "ncnn":
            came += came_through(tensors(*given({"m.param": bytes(one), "m.bin": bytes(4096)})), whole)
    assert came > 370
