from __future__ import annotations

import random

import numpy as np
import pytest

from attacks.graphs import message, varint
from attacks.runtimes import caffe
from formats.tensors.given import came_through, found, whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import Given, tensors

SEEDED = np.random.default_rng(2)
KERNEL, MATRIX = SEEDED.random((6, 5, 3, 3), "f4"), SEEDED.random((7, 4), "f4")


def blob(array: np.ndarray, *, old: bool = False) -> bytes:
    """A blob with its numbers; `old` with the four dimensions that Caffe had at first."""
    numbers = (8 if array.dtype == np.float64 else 5, array.tobytes())
    if old:
        four = [1] * (4 - array.ndim) + list(array.shape)
        return message(*enumerate(four, 1), numbers)
    return message(numbers, (7, message((1, b"".join(varint(size) for size in array.shape)))))


def layer(name: str, kind: str, *blobs: bytes, transposed: bool = False) -> bytes:
    said = [(117, message((1, 4), (6, 1)))] if transposed else []
    return message((1, name), (2, kind), *((7, each) for each in blobs), *said)


def test_blobs_come_in_their_order_which_is_that_of_pytorch() -> None:
    data = caffe(
        layer("conv", "Convolution", blob(KERNEL), blob(KERNEL[:, 0, 0, 0].copy())),
        layer("up", "Deconvolution", blob(KERNEL.astype("f8"))),
        layer("fc", "InnerProduct", blob(MATRIX)),
        layer("turned", "InnerProduct", blob(MATRIX), transposed=True),
        layer("old", "InnerProduct", blob(MATRIX, old=True), blob(MATRIX[0].copy(), old=True)),
    )
    tensors = found({"net.caffemodel": data})
    expected = {
        "conv/0": KERNEL,
        "conv/1": KERNEL[:, 0, 0, 0],
        "up/0": KERNEL,
        "fc/0": MATRIX,
        "turned/0": MATRIX.T,
        "old/0": MATRIX,
        "old/1": MATRIX[0],
    }
    assert tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert np.array_equal(whole(tensors[name]), array), name
    assert tensors["up/0"].dtype == "F64"


def test_the_gates_of_an_lstm_come_in_the_order_of_pytorch() -> None:
    weight, order = np.arange(24, dtype="f4").reshape(8, 3), [0, 1, 2, 3, 6, 7, 4, 5]
    tensors = found(
        {"net.caffemodel": caffe(layer("l", "LSTM", blob(weight), blob(weight[:, 0].copy()), blob(weight)))}
    )
    assert np.array_equal(whole(tensors["l/0"]), weight[order])
    assert np.array_equal(whole(tensors["l/1"]), weight[order, 0])


def test_layers_from_before_2014_are_read() -> None:
    convolution = message((4, "conv"), (5, 4), (6, blob(KERNEL, old=True)))
    product = message((4, "fc"), (5, 14), (6, blob(MATRIX, old=True)))
    tensors = found({"net.caffemodel": message((1, "net"), (2, convolution), (2, product))})
    assert np.array_equal(whole(tensors["conv/0"]), KERNEL)
    assert np.array_equal(whole(tensors["fc/0"]), MATRIX)


def test_a_shape_that_lies_leaves_the_blob_out() -> None:
    lying = message((5, MATRIX.tobytes()), (7, message((1, varint(1 << 62) + varint(4)))))
    halved = message((5, MATRIX.tobytes()[:-2]), (7, message((1, b"\7\4"))))
    twice = message((5, MATRIX.tobytes()), (5, MATRIX.tobytes()), (7, message((1, b"\7\4"))))
    assert found({"net.caffemodel": caffe(layer("fc", "InnerProduct", lying, halved, twice, b""))}) == {}


@pytest.mark.reaches("graph_tensor_rank")
def test_dimensions_are_bounded() -> None:
    deep = message((5, bytes(4)), (7, message((1, b"\1" * 65))))
    with pytest.raises(LimitExceeded, match="graph_tensor_rank"):
        found({"net.caffemodel": caffe(layer("fc", "InnerProduct", deep))})


def test_broken_models_raise_only_format_errors() -> None:
    data, randomly = caffe(layer("conv", "Convolution", blob(KERNEL), blob(MATRIX, old=True))), random.Random(3)
    read = 0
    for _ in range(400):
        changed = bytearray(data[: randomly.randrange(1, len(data))] if randomly.random() < 0.5 else data)
        for _ in range(randomly.randrange(1, 5)):
            changed[randomly.randrange(min(80, len(changed)))] = randomly.randrange(256)
        source = MemorySource(bytes(changed))
        read += came_through(tensors("caffe", Given("a", None, source, Limits(), MemorySource, MemorySource)))
    assert read > 100
