from __future__ import annotations

import json

import pytest

from attacks.graphs import onnx, onnx_tensor, openvino, variable, variables
from attacks.stores import blosc, zarr_json, zarray
from hilt.knowledge.companions import PADDING, companions
from repositories import repository

RAW = b"\1" * 24


def away(offset: int, shape: tuple[int, ...], length: int) -> bytes:
    return onnx_tensor("w", shape, {"location": "w.bin", "offset": str(offset), "length": str(length)})


def manifest(*weights: dict[str, object], paths: tuple[str, ...] = ("w.bin",)) -> bytes:
    return json.dumps({"format": "graph-model", "weightsManifest": [{"paths": paths, "weights": weights}]}).encode()


def exported(shape: tuple[int, ...], strides: tuple[int, ...], **other: object) -> bytes:
    """The description that torch.export writes of a tensor in the file w.bin."""
    sizes, steps = ([{"as_int": n} for n in numbers] for numbers in (shape, strides))
    meta = {"dtype": 7, "sizes": sizes, "strides": steps, "storage_offset": {"as_int": 0}}
    tensor = {"path_name": "w.bin", "use_pickle": False, "tensor_meta": meta} | other
    return json.dumps({"config": {"layer.weight": tensor}}).encode()


def sharded(*records: dict[str, object], name: str = "w.bin", form: str = "raw-shard") -> bytes:
    """The index that MLC writes of its weights."""
    return json.dumps({"metadata": {}, "records": [{"dataPath": name, "format": form, "records": records}]}).encode()


SHARD = {"nbytes": 16, "byteOffset": 0, "format": "f32-to-bf16", "shape": [8], "dtype": "float32"}
FLOATS = {"name": "a", "shape": [2, 3], "dtype": "float32"}
BYTES = FLOATS | {"shape": [24], "quantization": {"dtype": "uint8", "min": 0, "scale": 1}}
TEXTS = {"name": "t", "shape": [2], "dtype": "string"}


@pytest.mark.parametrize(
    ("describer", "name", "raw"),
    [
        ({"m.onnx": onnx(tensors=[away(0, (4,), 16), away(16, (2,), 8)])}, "w.bin", RAW),
        ({"m.onnx": onnx(tensors=[away(0, (4,), 16)]), "n.onnx": onnx(tensors=[away(16, (2,), 8)])}, "w.bin", RAW),
        ({"m.onnx": onnx(tensors=[away(4096, (6,), 24)])}, "w.bin", b"\0" * 4096 + RAW),
        ({"w.xml": openvino(constants=[(0, 8), (8, 16)])}, "w.bin", RAW),
        ({"v.index": variables(("a", variable(0, 8)), ("b", variable(8, 16)))}, "v.data-00000-of-00001", RAW),
        ({"model_weights_config.json": exported((2, 3), (3, 1))}, "w.bin", RAW),
        ({"model_weights_config.json": exported((3, 2), (1, 3))}, "w.bin", RAW),
        (
            {
                "ndarray-cache.json": sharded(
                    SHARD, SHARD | {"nbytes": 8, "byteOffset": 16, "format": "raw", "shape": [2, 2], "dtype": "uint16"}
                )
            },
            "w.bin",
            RAW,
        ),
        ({"model.json": manifest(FLOATS)}, "w.bin", RAW),
        ({"model.json": manifest(BYTES)}, "w.bin", RAW),
        ({"model.json": manifest(TEXTS, FLOATS)}, "w.bin", b"\2\0\0\0ab\0\0\0\0" + RAW),
        ({".zarray": zarray(chunks=(2, 3))}, "0.0", RAW),
        ({".zarray": zarray({"id": "blosc"}, chunks=(200, 3))}, "1.0", blosc(2400, RAW)),
        ({"zarr.json": zarr_json({"name": "bytes"}, chunks=(2, 3))}, "c/0/1", RAW),
    ],
)
def test_raw_weights_are_known_where_every_byte_is_described(
    describer: dict[str, bytes], name: str, raw: bytes
) -> None:
    known = companions(repository({**{f"d/{path}": data for path, data in describer.items()}, f"d/{name}": raw}))
    assert known == {f"d/{name}": f"raw weights that d/{min(describer)} describes"}


@pytest.mark.parametrize(
    ("describer", "raw"),
    [
        ({"m.onnx": onnx(tensors=[away(0, (4,), 16)])}, RAW),
        ({"m.onnx": onnx(tensors=[away(8, (4,), 16)])}, RAW),
        ({".zarray": zarray(chunks=(2, 3))}, RAW),
        ({"m.onnx": onnx(tensors=[away(0, (1,), 24)])}, RAW),
        ({"m.onnx": onnx(tensors=[away(0, (12,), 48)])}, RAW),
        ({"m.onnx": onnx(tensors=[away(PADDING, (6,), 24)])}, b"\0" * PADDING + RAW),
        ({"w.xml": openvino(constants=[(0, 8)])}, RAW),
        ({"model_weights_config.json": exported((2, 3), (3, 1), use_pickle=True)}, RAW),
        ({"model_weights_config.json": exported((2, 3), (3, 1), path_name="../d/w.bin")}, RAW),
        ({"model_weights_config.json": exported((2,), (5,))}, RAW),
        ({"model_weights_config.json": exported((-2, -3), (3, 1))}, RAW),
        ({"ndarray-cache.json": sharded(SHARD)}, RAW),
        ({"ndarray-cache.json": sharded(SHARD | {"nbytes": 24})}, RAW),
        ({"ndarray-cache.json": sharded(SHARD | {"nbytes": 24, "shape": [12], "byteOffset": -1})}, RAW),
        ({"ndarray-cache.json": sharded(SHARD | {"nbytes": 24, "shape": [12]}, name="../d/w.bin")}, RAW),
        ({"ndarray-cache.json": sharded(SHARD | {"nbytes": 24, "shape": [12]}, form="other")}, RAW),
        ({"model.json": manifest(FLOATS | {"shape": [5]})}, RAW),
        ({"model.json": manifest(FLOATS | {"dtype": "strange"})}, RAW),
        ({"model.json": manifest(FLOATS | {"shape": [-6]})}, RAW),
        ({"model.json": manifest(FLOATS, paths=("../w.bin",))}, RAW),
        ({"model.json": manifest(TEXTS)}, RAW),
        ({"model.json": b'{"weightsManifest": 3}'}, RAW),
        ({}, RAW),
    ],
)
def test_weights_with_a_byte_that_nobody_describes_stay_unknown(describer: dict[str, bytes], raw: bytes) -> None:
    assert companions(repository({**describer, "w.bin": raw})) == {}


@pytest.mark.parametrize(
    ("metadata", "raw"),
    [
        (zarray(chunks=(2, 2)), RAW),
        (zarray({"id": "pickle"}, chunks=(2, 3)), RAW),
        (zarray(chunks=(2, 3), dtype="|O"), RAW),
        (zarray({"id": "blosc"}, chunks=(200, 3)), blosc(2400, RAW) + b"more"),
        (zarray({"id": "blosc"}, chunks=(200, 3)), blosc(99, RAW)),
    ],
)
def test_chunks_that_the_array_does_not_describe_to_the_last_byte_stay_unknown(metadata: bytes, raw: bytes) -> None:
    assert companions(repository({"w/.zarray": metadata, "w/0.0": raw})) == {}
