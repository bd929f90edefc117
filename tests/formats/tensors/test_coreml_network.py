from __future__ import annotations

import random

import numpy as np
import pytest

from attacks.graphs import Value, coreml, message, varint
from formats.tensors.given import found, whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import Given, tensors

SEEDED = np.random.default_rng(8)
KERNEL, MATRIX, VECTOR = SEEDED.random((6, 5, 2, 3), "f4"), SEEDED.random((7, 4), "f4"), SEEDED.random(7, "f4")


def floats(array: np.ndarray) -> bytes:
    return message((1, array.astype("<f4").tobytes()))


def quantised(indexes: np.ndarray, bits: int, kind: int, *rows: np.ndarray) -> bytes:
    """Indexes of `bits` bits, and what they stand for (101: scale and bias, 102: a table)."""
    said = message((kind, message(*((place, row.astype("<f4").tobytes()) for place, row in enumerate(rows, 1)))))
    each = (indexes.reshape(-1, 1) >> np.arange(bits)[::-1] & 1).astype("u1")
    return message((30, np.packbits(each.ravel()).tobytes()), (40, message((1, bits)) + said))


def layer(name: str, kind: int, *fields: tuple[int, Value]) -> bytes:
    return message((1, name), (2, "x"), (3, "y"), (kind, message(*fields)))


def convolution(name: str, weights: bytes, *more: tuple[int, Value]) -> bytes:
    return layer(name, 100, (1, 6), (2, 5), (20, varint(2) + varint(3)), *more, (90, weights), (91, floats(VECTOR)))


def dense(name: str, weights: bytes) -> bytes:
    return layer(name, 140, (1, 4), (2, 7), (20, weights), (21, floats(VECTOR)))


def network(*layers: bytes, kind: int = 500) -> dict[str, bytes]:
    return {"net.mlmodel": coreml(kind, message(*((1, each) for each in layers)))}


@pytest.mark.parametrize("kind", [303, 403, 500])
def test_weights_of_layers_have_the_shapes_that_the_layers_say(kind: int) -> None:
    gates = [(field, floats(SEEDED.random((3, 4), "f4"))) for field in (1, 2, 3, 4)]
    inner = [(field, floats(SEEDED.random((3, 3), "f4"))) for field in (20, 21, 22, 23)]
    tensors = found(
        network(
            convolution("conv", floats(KERNEL)),
            convolution("up", message((2, KERNEL.astype("<f2").tobytes())), (60, 1)),
            dense("fc", floats(MATRIX)),
            layer("embed", 150, (1, 4), (2, 7), (20, floats(MATRIX))),
            layer("product", 1045, (5, 7), (6, 4), (8, floats(MATRIX))),
            layer("norm", 160, (1, 7), *((field, floats(VECTOR)) for field in (15, 16, 17, 18))),
            layer("lstm", 420, (1, 4), (2, 3), (20, message(*gates, *inner, (40, floats(VECTOR[:3]))))),
            kind=kind,
        )
    )
    expected = {
        "conv/90": KERNEL,
        "conv/91": VECTOR,
        "fc/20": MATRIX,
        "fc/21": VECTOR,
        "embed/20": MATRIX.T,
        "product/8": MATRIX.T,
        "norm/18": VECTOR,
    }
    for name, array in expected.items():
        assert np.array_equal(whole(tensors[name]), array), name
    assert (tensors["up/90"].dtype, tensors["up/90"].shape) == ("F16", (5, 6, 2, 3))
    shapes = {name: tensor.shape for name, tensor in tensors.items() if name.startswith("lstm")}
    assert sorted(shapes.values()) == [(3,), *[(3, 3)] * 4, *[(3, 4)] * 4]


@pytest.mark.parametrize("bits", [1, 3, 4, 6, 8])
def test_palettes_and_linear_quantisation_are_undone(bits: int) -> None:
    table, indexes = SEEDED.random(1 << bits, "f4"), SEEDED.integers(0, 1 << bits, (6, 5, 2, 3))
    matrix = SEEDED.integers(0, 1 << bits, (7, 4))
    scale, bias = SEEDED.random(7, "f4"), SEEDED.random(7, "f4")
    tensors = found(
        network(
            convolution("palette", quantised(indexes, bits, 102, table)),
            dense("rows", quantised(matrix, bits, 101, scale, bias)),
            dense("one", quantised(matrix, bits, 101, scale[:1], bias[:1])),
        )
    )
    assert np.array_equal(whole(tensors["palette/90"]), table[indexes])
    rows = matrix * scale[:, None] + bias[:, None]
    assert np.allclose(whole(tensors["rows/20"]), rows)
    assert np.allclose(whole(tensors["one/20"]), matrix * scale[0] + bias[0])
    assert tensors["one/20"].dtype == f"U{bits}"


def test_signed_bytes_keep_their_sign() -> None:
    numbers = SEEDED.integers(-128, 128, (7, 4)).astype("i1")
    scale = message((1, np.array([0.5], "<f4").tobytes()))
    weights = message((31, numbers.tobytes()), (40, message((1, 8), (101, scale))))
    tensor = found(network(dense("fc", weights)))["fc/20"]
    assert np.array_equal(whole(tensor), numbers * np.float32(0.5))


def test_models_in_pipelines_are_found() -> None:
    inner = network(dense("fc", floats(MATRIX)))["net.mlmodel"]
    pipeline = message((1, inner), (1, inner))
    assert sum(1 for _ in every(coreml(202, pipeline))) == 4
    assert sum(1 for _ in every(coreml(200, message((1, pipeline))))) == 4


@pytest.mark.reaches("graph_depth")
def test_pipelines_in_pipelines_are_bounded() -> None:
    data = network(dense("fc", floats(MATRIX)))["net.mlmodel"]
    for _ in range(64):
        data = coreml(202, message((1, data)))
    with pytest.raises(LimitExceeded, match="graph_depth"):
        every(data)


def every(data: bytes) -> list[np.ndarray]:
    given = Given("net.mlmodel", None, MemorySource(data), Limits(), MemorySource, MemorySource)
    return [tensor.rows(0, min(8, tensor.shape[0])) for tensor in tensors("coreml", given)]


def test_weights_that_are_not_as_many_as_the_layer_says_are_a_row() -> None:
    tensors = found(network(dense("fc", floats(MATRIX[:5]))))
    assert tensors["fc/20"].shape == (20,)
    assert found(network(dense("fc", b""), dense("odd", message((30, b"x"))))).keys() == {"fc/21", "odd/21"}


def test_broken_models_raise_only_format_errors() -> None:
    layers = (convolution("c", quantised(KERNEL.astype(int), 3, 102, np.zeros(8))), dense("d", floats(MATRIX)))
    data, randomly = network(*layers)["net.mlmodel"], random.Random(3)
    assert every(data)
    for _ in range(500):
        changed = bytearray(data[: randomly.randrange(1, len(data))] if randomly.random() < 0.3 else data)
        for _ in range(randomly.randrange(1, 6)):
            changed[randomly.randrange(len(changed))] = randomly.choice((0, 1, 255, randomly.randrange(256)))
        try:
            every(bytes(changed))
        except FormatError:
            continue
