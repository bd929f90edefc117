from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable

import h5py
import numpy as np
import pytest

from attacks.hdf5 import hdf5
from formats.tensors.given import came_through, not_told, whole
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats import hdf5 as hdf5_format
from hilt.formats import keras as keras_format
from hilt.formats.tensors import Given, tensors

NUMBERS = np.random.default_rng(7).standard_normal((70, 30)).astype("f4")


def given(data: bytes, value: object, limits: Limits) -> Given:
    def beside(path: str) -> ByteSource:
        raise FormatError(f"no file {path}")

    return Given("model.h5", value, MemorySource(data), limits, beside, beside)


def weights(data: bytes, **limits: int) -> dict[str, TensorSource]:
    within = Limits(**limits)
    value = hdf5_format.read(MemorySource(data), within)
    return {tensor.name: tensor for tensor in tensors("hdf5", given(data, value, within))}


def written(array: np.ndarray, name: str = "x", version: str = "earliest", **options: object) -> bytes:
    return hdf5(lambda file: file.create_dataset(name, data=array, **options), libver=version)


WAYS = [
    {},
    {"chunks": (70, 30)},
    {"chunks": (8, 30)},
    {"chunks": (16, 16), "compression": "gzip"},
    {"chunks": (9, 1), "compression": "gzip"},
    {"chunks": (16, 7), "compression": "gzip", "shuffle": True, "fletcher32": True},
    {"chunks": (70, 30), "compression": "gzip", "shuffle": True},
]


@pytest.mark.parametrize("version", ["earliest", "v108"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", ">f8", "int8"])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_rows_and_columns_are_those_of_h5py(way: dict[str, object], dtype: str, version: str) -> None:
    array = (NUMBERS * 20).astype(dtype)
    tensor = weights(written(array, version=version, **way))["x"]
    expected = array.astype("f4")
    assert (tensor.shape, tensor.dtype) == ((70, 30), {1: "I8", 2: "F16", 4: "F32", 8: "F64"}[array.itemsize])
    assert np.array_equal(whole(tensor), expected)


@pytest.mark.parametrize("version", ["v110", "latest"])
@pytest.mark.parametrize("way", [{}, {"chunks": (70, 30)}, {"chunks": (70, 30), "compression": "gzip"}], ids=str)
def test_newer_files_are_read_where_no_list_of_chunks_is_needed(way: dict[str, object], version: str) -> None:
    assert np.array_equal(whole(weights(written(NUMBERS, version=version, **way))["x"]), NUMBERS)


@pytest.mark.parametrize("version", ["v110", "latest"])
def test_chunks_that_lie_where_they_are_counted_to_be_need_no_list(version: str) -> None:
    def fill(file: h5py.File) -> None:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((16, 7))
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple((70, 30))
        dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, space, properties)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, NUMBERS)

    assert np.array_equal(whole(weights(hdf5(fill, libver=version))["x"]), NUMBERS)


def test_a_tree_of_many_chunks_is_followed() -> None:
    array = np.arange(3000 * 4, dtype="f4").reshape(3000, 4)
    tensor = weights(written(array, chunks=(1, 2)))["x"]
    assert np.array_equal(tensor.rows(0, 3000), array)
    assert np.array_equal(tensor.rows(1499, 1503), array[1499:1503])


def test_values_of_the_header_are_read_and_values_never_written_are_zero() -> None:
    def fill(file: h5py.File) -> None:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        dataset = h5py.h5d.create(file.id, b"small", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), properties)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, NUMBERS[0, :4].copy())
        chunked = file.create_dataset("partly", (40, 10), "f4", chunks=(10, 10))
        chunked[10:20] = 1
        file.create_dataset("never", (40, 10), "f4")

    found = weights(hdf5(fill))
    assert np.array_equal(whole(found["small"]), NUMBERS[0, :4])
    assert whole(found["partly"]).sum(axis=1).tolist() == [0] * 10 + [10] * 10 + [0] * 20
    assert "never" not in found
    assert not_told({"model.h5": hdf5(fill)}) == []


def test_kernels_of_keras_come_in_the_order_of_pytorch() -> None:
    kernel, depth, dense = (
        np.random.default_rng(1).random(shape, "f4") for shape in ((3, 5, 7, 8), (3, 3, 6, 2), (4, 9))
    )
    shapes = {
        "model_weights/conv/conv/kernel:0": kernel,
        "model_weights/depthwise/depthwise_kernel:0": depth,
        "model_weights/dense/dense/kernel:0": dense,
        "layers/conv2d/vars/0": kernel,
        "layers/depthwise_conv2d/vars/0": depth,
        "layers/embedding/vars/0": dense,
        "layers/dense/vars/0": dense,
        "model_weights/attention/query/kernel:0": kernel[0],
        "model_weights/attention/attention_output/kernel:0": kernel[0],
        "model_weights/conv1d/kernel:0": kernel[0],
        "optimizer_weights/Adam/conv/kernel/m:0": kernel,
        "optimizer/vars/1": dense,
        "matrix": dense,
        "steps": np.arange(4),
    }
    as_conv, as_depth = kernel.transpose(3, 2, 0, 1), depth.transpose(2, 3, 0, 1).reshape(12, 1, 3, 3)
    expected = {
        "model_weights/conv/conv/kernel:0": as_conv,
        "model_weights/depthwise/depthwise_kernel:0": as_depth,
        "model_weights/dense/dense/kernel:0": dense.T,
        "layers/conv2d/vars/0": as_conv,
        "layers/depthwise_conv2d/vars/0": as_depth,
        "layers/embedding/vars/0": dense,
        "layers/dense/vars/0": dense.T,
        "model_weights/attention/query/kernel:0": kernel[0].reshape(5, 56).T,
        "model_weights/attention/attention_output/kernel:0": kernel[0].reshape(35, 8).T,
        "model_weights/conv1d/kernel:0": kernel[0].transpose(2, 1, 0),
        "matrix": dense,
    }
    for chunks in (None, True):

        def fill(file: h5py.File, chunks: bool | None = chunks) -> None:
            for name, array in shapes.items():
                file.create_dataset(name, data=array, chunks=chunks)

        found = weights(hdf5(fill))
        assert found.keys() == expected.keys()
        for name, array in expected.items():
            assert found[name].shape == array.shape, name
            assert np.array_equal(whole(found[name]), array), name


def in_keras(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0"}))
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", written(NUMBERS, "layers/dense/vars/0", chunks=(7, 7), compression="gzip"))
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_weights_inside_a_keras_model_are_found(method: int) -> None:
    data = in_keras(method)
    value = keras_format.read(MemorySource(data), Limits())
    (tensor,) = tensors("keras", given(data, value, Limits()))
    assert (tensor.name, tensor.shape) == ("layers/dense/vars/0", (30, 70))
    assert np.array_equal(whole(tensor), NUMBERS.T)


@pytest.mark.reaches("tensor_held_bytes")
def test_what_must_be_unpacked_whole_is_bounded() -> None:
    tensor = weights(written(NUMBERS, chunks=(70, 30), compression="gzip"), tensor_held_bytes=8000)["x"]
    with pytest.raises(LimitExceeded, match="tensor_held_bytes"):
        tensor.rows(0, 1)
    data = in_keras(zipfile.ZIP_DEFLATED)
    limits = Limits(tensor_held_bytes=1000)
    with pytest.raises(LimitExceeded, match="tensor_held_bytes"):
        list(tensors("keras", given(data, keras_format.read(MemorySource(data), limits), limits)))


def test_a_dataset_that_lies_of_its_shape_is_left_out() -> None:
    def fill(file: h5py.File) -> None:
        huge = file.create_dataset("huge", (1 << 40, 1 << 20), "f4", chunks=(64, 64), compression="gzip")
        huge[0, 0] = 1
        file.create_dataset("filtered", data=NUMBERS, chunks=(7, 7), compression="lzf")
        file.create_dataset("text", data=np.array([b"a", b"b"]))
        file.create_dataset("scalar", data=1.0)
        file.create_dataset("empty", (0, 4), "f4")

    data = hdf5(fill)
    assert weights(data) == {}
    assert not_told({"model.h5": data}) == ["huge", "filtered"]


def mixed(file: h5py.File) -> None:
    file.create_dataset("chunked", data=NUMBERS, chunks=(16, 7), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("layers/conv2d/vars/0", data=NUMBERS.reshape(7, 10, 10, 3), chunks=(2, 5, 5, 3))
    file.create_dataset("plain", data=NUMBERS[:5])


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("mangle", ["cut", "changed"])
def test_broken_files_raise_only_format_errors(version: str, mangle: str) -> None:
    data, randomly = hdf5(mixed, libver=version), random.Random(5)
    spoil: Callable[[], bytes] = (
        (lambda: data[: randomly.randrange(len(data))])
        if mangle == "cut"
        else (lambda: _changed(data, randomly, randomly.randrange(1, 9)))
    )
    read = 0
    for _ in range(300):
        try:
            found = weights(spoil())
        except FormatError:
            continue
        read += came_through(found.values())
    assert mangle == "cut" or read > 120  # a file that was cut is hardly ever read at all


def _changed(data: bytes, randomly: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        changed[randomly.randrange(min(len(data), 8000))] = randomly.choice((0, 1, 0xFF, randomly.randrange(256)))
    return bytes(changed)
