from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from attacks.graphs import message
from formats.tensors.given import found, given, not_told, whole
from hilt.core.limits import Limits
from hilt.formats.tensors import tensors

RANDOM = np.random.default_rng(5)
TYPES = {"f4": 5, "f2": 4, "f8": 6, "i1": 21, "i8": 3}


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def parameters(*values: np.ndarray) -> bytes:
    out = b""
    for one in values:
        description = message((1, TYPES[one.dtype.str[1:]]), *((2, size) for size in one.shape))
        out += struct.pack("<IQIi", 0, 0, 0, len(description)) + description + one.tobytes()
    return out


def operator(kind: str, inputs: Mapping[str, str], **flags: bool) -> bytes:
    given_names = [(1, message((1, name), (2, argument))) for name, argument in inputs.items()]
    attributes = [(4, message((1, name), (2, 6), (10, int(value)))) for name, value in flags.items()]
    return message(*given_names, (3, kind), *attributes)


def program(names: Sequence[str], *operators: bytes) -> bytes:
    variables = [(3, message((1, name), (2, message((1, 7))), (3, 1))) for name in names]
    variables += [(3, message((1, "x"), (2, message((1, 7))))), (3, message((1, "feed"), (2, message((1, 9))), (3, 1)))]
    return message((1, message((1, 0), (2, -1), *variables, *((4, one) for one in operators))))


WEIGHT = numbers(4, 5)


@pytest.mark.parametrize(
    ("operators", "turned"),
    [
        ([operator("mul", {"X": "x", "Y": "w"})], True),
        ([operator("matmul_v2", {"X": "x", "Y": "w"}, trans_x=True, trans_y=False)], True),
        ([operator("matmul_v2", {"X": "x", "Y": "w"}, trans_y=True)], False),
        ([operator("matmul", {"X": "x", "Y": "w"}, transpose_Y=True)], False),
        ([operator("matmul", {"X": "w", "Y": "x"})], False),
        ([operator("fc", {"Input": "x", "W": "w", "Bias": "b"})], True),
        ([operator("lookup_table_v2", {"Ids": "x", "W": "w"})], False),
        ([operator("conv2d", {"Input": "x", "Filter": "w"})], False),
        ([], False),
    ],
)
def test_a_matrix_comes_with_its_outputs_first(operators: list[bytes], turned: bool) -> None:
    names = ["w", "b"]
    bias = numbers(5)
    files = {"f/m.pdiparams": parameters(bias, WEIGHT), "f/m.pdmodel": program(names, *operators)}
    by_name = found(files)
    assert list(by_name) == ["b", "w"]  # stored sorted by their names
    assert np.array_equal(whole(by_name["w"]), WEIGHT.T if turned else WEIGHT)
    assert np.array_equal(whole(by_name["b"]), bias)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_without_a_program_tensors_have_places_for_names(dtype: str) -> None:
    values = WEIGHT.astype(dtype)
    by_name = found({"m.pdiparams": parameters(values, np.arange(5), np.float32([1]), numbers(3, 2, 1, 1))})
    assert {name: one.shape for name, one in by_name.items()} == {"tensor 0": (4, 5), "tensor 3": (3, 2, 1, 1)}
    assert np.array_equal(whole(by_name["tensor 0"]), values.astype(np.float32))


@pytest.mark.parametrize("beside", [program(["w"]), program(["a", "b", "c"]), b"\x0a\xff", b""])
def test_the_program_of_another_file_tells_no_names(beside: bytes) -> None:
    files = {"m.pdiparams": parameters(WEIGHT, numbers(3)), "m.pdmodel": beside}
    assert list(found(files)) == ["tensor 0", "tensor 1"]


def test_weights_of_eight_bits_are_told() -> None:
    files = {"m.pdiparams": parameters(np.ones((3, 3), np.int8), WEIGHT), "m.pdmodel": program(["v", "w"])}
    assert list(found(files)) == ["w"]
    assert not_told(files) == ["v"]
    assert not_told({"m.pdiparams": files["m.pdiparams"]}) == ["tensor 0"]


def test_whatever_the_program_says_only_format_errors_escape() -> None:
    data = program(["v", "w"], operator("matmul_v2", {"X": "x", "Y": "w"}, trans_y=False))
    chance = random.Random(3)
    for _ in range(500):
        one = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            one[chance.randrange(len(data))] = chance.randrange(256)
        for each in found({"m.pdiparams": parameters(WEIGHT, WEIGHT), "m.pdmodel": bytes(one)}).values():
            assert whole(each).size == 20


def test_a_program_of_too_many_parameters_tells_no_names() -> None:
    kind, one = given({"m.pdiparams": parameters(WEIGHT, WEIGHT), "m.pdmodel": program(["v", "w"])})
    assert [each.name for each in tensors(kind, one._replace(limits=Limits(graph_items=1)))] == ["tensor 0", "tensor 1"]
