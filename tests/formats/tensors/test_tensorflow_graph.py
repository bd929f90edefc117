from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from attacks.graphs import Value, message, meta_graph, tensorflow_graph
from formats.tensors.given import found, whole
from hilt.core.errors import FormatError

SEEDED = np.random.default_rng(9)
TYPES = {"float32": 1, "float64": 2, "float16": 19, "int32": 3}


def attribute(key: str, number: int, value: Value) -> tuple[int, bytes]:
    return 5, message((1, key), (2, message((number, value))))


def constant(name: str, array: np.ndarray, *, listed: bool = False) -> bytes:
    """A constant with its numbers as bytes, or `listed` in the field of their type."""
    shape = message(*((2, message((1, size))) for size in array.shape))
    field = {"float32": 5, "float64": 6}[str(array.dtype)] if listed else 4
    tensor = message((1, TYPES[str(array.dtype)]), (2, shape), (field, array.tobytes()))
    return message((1, name), (2, "Const"), attribute("dtype", 6, 1), attribute("value", 8, tensor))


def node(operator: str, name: str, *inputs: str, **attributes: bool) -> bytes:
    taken = [(3, each) for each in inputs]
    return message((1, name), (2, operator), *taken, *(attribute(key, 5, value) for key, value in attributes.items()))


CONVOLUTION, DEPTHWISE, MATRIX = (SEEDED.random(shape, "f4") for shape in ((3, 3, 5, 6), (3, 3, 5, 2), (7, 4)))
NODES = (
    constant("conv/weights", CONVOLUTION),
    node("Identity", "conv/weights/read", "conv/weights"),
    node("Conv2D", "conv", "input", "conv/weights/read:0"),
    constant("depthwise", DEPTHWISE, listed=True),
    node("DepthwiseConv2dNative", "dw", "conv", "depthwise"),
    constant("deconvolution", CONVOLUTION.astype("f2")),
    node("Cast", "as_float", "deconvolution"),
    node("Conv2DBackpropInput", "up", "sizes", "as_float", "dw"),
    constant("one_dimension", CONVOLUTION[0].astype("f8"), listed=True),
    node("ExpandDims", "expanded", "one_dimension", "zero"),
    node("Conv2D", "conv1d", "dw", "expanded"),
    constant("matrix", MATRIX),
    node("MatMul", "product", "dw", "matrix"),
    constant("transposed", MATRIX),
    node("MatMul", "other", "dw", "transposed", transpose_b=True),
    constant("table", MATRIX),
    node("GatherV2", "looked_up", "table", "indices", "zero"),
    constant("left", MATRIX),
    node("MatMul", "left_product", "left", "dw"),
    constant("unused/kernel", MATRIX),
    constant("bias", MATRIX[0]),
    constant("scalar", MATRIX[0, 0]),
    constant("shape", np.arange(4, dtype="i4")),
)
EXPECTED = {
    "conv/weights": CONVOLUTION.transpose(3, 2, 0, 1),
    "depthwise": DEPTHWISE.transpose(2, 3, 0, 1).reshape(10, 1, 3, 3),
    "deconvolution": CONVOLUTION.astype("f2").astype("f4").transpose(3, 2, 0, 1),
    "one_dimension": CONVOLUTION[0].transpose(2, 1, 0),
    "matrix": MATRIX.T,
    "transposed": MATRIX,
    "table": MATRIX,
    "left": MATRIX,
    "unused/kernel": MATRIX.T,
    "bias": MATRIX[0],
}


@pytest.mark.parametrize(
    "files",
    [
        {"frozen.pb": tensorflow_graph(*NODES)},
        {"frozen.pb": tensorflow_graph(node("Placeholder", "x"), functions={"__inference_1": NODES})},
        {"model.meta": meta_graph(tensorflow_graph(*NODES))},
        {"saved_model.pb": message((1, 1), (2, meta_graph(tensorflow_graph(*NODES))))},
    ],
    ids=["frozen", "in a function", "meta graph", "saved model"],
)
def test_constants_come_as_their_operators_take_them(files: dict[str, bytes]) -> None:
    tensors = found(files)
    assert tensors.keys() == EXPECTED.keys()
    for name, array in EXPECTED.items():
        assert np.array_equal(whole(tensors[name]), array), name
    assert tensors["deconvolution"].dtype == "F16"


def test_a_ring_of_nodes_is_left() -> None:
    ring = (node("Identity", "a", "b"), node("Identity", "b", "a"), node("MatMul", "m", "x", "a"))
    assert found({"frozen.pb": tensorflow_graph(*ring, constant("w", MATRIX))}).keys() == {"w"}


def test_a_shape_that_lies_of_the_numbers_leaves_the_constant_out() -> None:
    shape = message((2, message((1, 1 << 40))), (2, message((1, -1))))
    for data in (b"", bytes(8), bytes(4)):
        tensor = message((1, 1), (2, shape), (4, data))
        lying = message((1, "w"), (2, "Const"), attribute("value", 8, tensor))
        assert found({"frozen.pb": tensorflow_graph(lying)}) == {}


def test_broken_graphs_raise_only_format_errors() -> None:
    data, randomly = tensorflow_graph(*NODES), random.Random(3)
    assert struct.pack("<f", CONVOLUTION.flat[0]) in data
    for _ in range(400):
        changed = bytearray(data[: randomly.randrange(40, len(data))] if randomly.random() < 0.3 else data)
        for _ in range(randomly.randrange(1, 9)):
            changed[randomly.randrange(len(changed))] = randomly.randrange(256)
        broken(bytes(changed))


def broken(data: bytes) -> None:
    """Every tensor of a file that may be none any more."""
    from hilt.core.byte_source import MemorySource
    from hilt.core.limits import Limits
    from hilt.formats.tensors import Given, tensors

    given = Given("frozen.pb", None, MemorySource(data), Limits(), MemorySource, MemorySource)
    try:
        for tensor in tensors("tensorflow-graph", given):
            tensor.rows(0, min(tensor.shape[0], 8))
            tensor.columns(0, 1, 8)
    except FormatError:
        return
