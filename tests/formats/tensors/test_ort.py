from __future__ import annotations

import random

import numpy as np
import pytest

from attacks.graphs import Flat, flatbuffer
from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import tensors
from reading import read

RANDOM = np.random.default_rng(5)
TYPES = {"f4": 1, "u1": 2, "i1": 3, "i8": 7, "f2": 10}


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def tensor(name: str, values: np.ndarray) -> Flat:
    return {0: name, 2: tuple(values.shape), 3: TYPES[values.dtype.str[1:]], 4: values.tobytes()}


def node(operator: str, inputs: str, outputs: str = "y", *attributes: Flat, domain: str = "") -> Flat:
    names: list[Flat | str] = ["" if name == "-" else name for name in inputs.split()]
    return {2: domain, 5: operator, 8: names, 9: outputs.split(), 10: list(attributes)}


def model(nodes: list[Flat], *tensors_: Flat) -> dict[str, bytes]:
    return {"m.ort": flatbuffer({0: "6", 1: {0: 8, 7: {0: list(tensors_), 2: nodes}}}, b"ORTM")}


WEIGHT = numbers(4, 5)
TRANSPOSED: Flat = {0: "transB", 2: 2, 4: 1}


@pytest.mark.parametrize(
    ("nodes", "turned"),
    [
        ([node("MatMul", "x w")], True),
        ([node("Gemm", "x w", "y", TRANSPOSED)], False),
        ([node("Transpose", "w", "t", {0: "perm", 2: 7, 9: (1, 0)}), node("MatMul", "x t")], False),
        ([node("Gather", "w x", domain="ai.onnx")], False),
    ],
)
def test_weights_are_those_of_the_same_graph_in_onnx(nodes: list[Flat], turned: bool) -> None:
    by_name = found(model(nodes, tensor("w", WEIGHT)))
    assert np.array_equal(whole(by_name["w"]), WEIGHT.T if turned else WEIGHT)


def test_weights_inside_branches_and_constants_are_found() -> None:
    inner: Flat = {0: [tensor("v", WEIGHT)], 2: [node("MatMul", "x v"), node("MatMul", "x w")]}
    constant = node("Constant", "", "c", {0: "value", 2: 4, 6: tensor("", WEIGHT)})
    branches = node("If", "x", "y", {0: "then_branch", 2: 5, 7: inner}, {0: "all", 2: 10, 12: [inner]})
    every = list(tensors(*given(model([constant, node("MatMul", "x c"), branches], tensor("w", WEIGHT)))))
    assert sorted(one.name for one in every) == ["c", "v", "v", "w"]
    assert all(np.array_equal(whole(one), WEIGHT.T) for one in every)


def test_quantised_weights_come_as_what_they_stand_for() -> None:
    codes, scale = RANDOM.integers(-128, 128, (4, 5)).astype(np.int8), numbers(5)
    nodes = [node("DynamicQuantizeMatMul", "x w s", domain="com.microsoft")]
    files = model(nodes, tensor("w", codes), tensor("s", scale))
    assert np.allclose(whole(found(files)["w"]), (codes * scale).T)


def test_numbers_that_do_not_fill_their_shape_are_told() -> None:
    files = model([], {**tensor("w", WEIGHT), 2: (4, 6)}, {**tensor("v", WEIGHT), 4: b""}, tensor("u", WEIGHT))
    assert list(found(files)) == ["u"]
    assert not_told(files) == ["w", "v"]


@pytest.mark.parametrize("limits", [Limits(graph_items=3), Limits(graph_depth=1)])
def test_graphs_are_bounded(limits: Limits) -> None:
    inner: Flat = {2: [node("Relu", "x")]}
    kind, one = given(model([node("If", "x", "y", {0: "then_branch", 2: 5, 7: inner})], tensor("w", WEIGHT)))
    with pytest.raises(LimitExceeded):
        list(tensors(kind, one._replace(limits=limits)))


def test_a_row_of_many_numbers_is_no_setting() -> None:
    many: Flat = {0: "perm", 2: 7, 9: (1, 0) * 400}
    nodes = [node("Transpose", "w", "t", many), node("MatMul", "x t")]
    assert np.array_equal(whole(found(model(nodes, tensor("w", WEIGHT)))["w"]), WEIGHT)


def test_whatever_the_bytes_are_only_format_errors_escape() -> None:
    inner: Flat = {0: [tensor("v", WEIGHT)], 2: [node("Gemm", "x v", "y", TRANSPOSED)]}
    data = model([node("MatMul", "x w"), node("If", "x", "y", {0: "b", 2: 5, 7: inner})], tensor("w", WEIGHT))["m.ort"]
    chance = random.Random(3)
    changed = [data[:end] for end in range(0, len(data), 3)]
    for _ in range(600):
        one = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            one[chance.randrange(len(data))] = chance.choice([0, 1, 4, 255, chance.randrange(256)])
        changed.append(bytes(one))
    came = 0
    for one in changed:
        if (file := read(bytes(one), "m.ort")).error is None and file.format == "ort":
            came += came_through(tensors(*given({"m.ort": bytes(one)})), whole)
    assert came > 170
