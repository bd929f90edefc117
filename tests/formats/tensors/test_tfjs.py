from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from formats.tensors.given import found, whole
from hilt.core.errors import FormatError

SEEDED = np.random.default_rng(6)
CONVOLUTION, DEPTHWISE, MATRIX = (SEEDED.random(shape, "f4") for shape in ((3, 3, 5, 6), (3, 3, 5, 2), (7, 4)))


def entry(name: str, array: np.ndarray, dtype: str = "float32", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": list(array.shape), "dtype": dtype, **more}


def group(*parts: tuple[dict[str, Any], bytes], paths: tuple[str, ...] = ("group1-shard1of1.bin",)) -> dict[str, Any]:
    return {"paths": list(paths), "weights": [weight for weight, _ in parts]}


def model(*parts: tuple[dict[str, Any], bytes], cuts: tuple[int, ...] = (), topology: Any = None) -> dict[str, bytes]:
    """A model in `web/`, its weights cut into shards."""
    data = b"".join(each for _, each in parts)
    ends = [0, *cuts, len(data)]
    shards = {f"group1-shard{n}.bin": data[a:b] for n, (a, b) in enumerate(pairwise(ends), 1)}
    manifest = [group(*parts, paths=tuple(shards))]
    described = {"format": "layers-model", "modelTopology": topology or {}, "weightsManifest": manifest}
    files = {f"web/{name}": shard for name, shard in shards.items()}
    return {"web/model.json": json.dumps(described).encode(), **files}


def plain(name: str, array: np.ndarray) -> tuple[dict[str, Any], bytes]:
    return entry(name, array), array.tobytes()


LAYERS = (
    plain("conv/kernel", CONVOLUTION),
    (entry("words", np.zeros(2), "string"), b"\3\0\0\0abc\1\0\0\0d"),
    plain("dw/depthwise_kernel", DEPTHWISE),
    (entry("steps", np.zeros(3), "int32"), bytes(12)),
    plain("dense/kernel", MATRIX),
    plain("embedding/embeddings", MATRIX),
    (entry("flag", np.zeros(3), "bool"), bytes(3)),
    plain("dense/bias", MATRIX[0]),
    (entry("scalar", np.zeros(())), bytes(4)),
)


@pytest.mark.parametrize("cuts", [(), (100,), (1, 2, 3, 1000), (0, 540, 540)])
def test_weights_lie_one_behind_the_other_in_however_many_shards(cuts: tuple[int, ...]) -> None:
    tensors = found(model(*LAYERS, cuts=cuts))
    expected = {
        "conv/kernel": CONVOLUTION.transpose(3, 2, 0, 1),
        "dw/depthwise_kernel": DEPTHWISE.transpose(2, 3, 0, 1).reshape(10, 1, 3, 3),
        "dense/kernel": MATRIX.T,
        "embedding/embeddings": MATRIX,
        "dense/bias": MATRIX[0],
    }
    assert tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert np.array_equal(whole(tensors[name]), array), name


def test_quantised_weights_come_as_what_they_stand_for() -> None:
    bytes_, words = SEEDED.integers(0, 256, (7, 4)).astype("u1"), SEEDED.integers(0, 65536, (7, 4)).astype("<u2")
    tensors = found(
        model(
            (entry("a/w", bytes_, quantization={"dtype": "uint8", "scale": 0.5, "min": -3}), bytes_.tobytes()),
            (entry("b/w", words, quantization={"dtype": "uint16", "scale": 0.25, "min": 0.5}), words.tobytes()),
            (entry("c/w", MATRIX, quantization={"dtype": "float16"}), MATRIX.astype("<f2").tobytes()),
        )
    )
    assert {name: tensor.dtype for name, tensor in tensors.items()} == {"a/w": "U8", "b/w": "U16", "c/w": "F16"}
    assert np.array_equal(whole(tensors["a/w"]), (bytes_ * np.float32(0.5) - 3).T)
    assert np.array_equal(whole(tensors["b/w"]), (words * np.float32(0.25) + np.float32(0.5)).T)
    assert np.array_equal(whole(tensors["c/w"]), MATRIX.astype("f2").astype("f4").T)


def test_nodes_of_a_graph_model_say_which_way_round_a_kernel_lies() -> None:
    topology = {
        "node": [
            {"name": "unknown_1", "op": "Const"},
            {"name": "conv", "op": "_FusedConv2D", "input": ["x", "unknown_1", "bias"]},
            {"name": "dw", "op": "FusedDepthwiseConv2dNative", "input": ["conv", "unknown_2"]},
            {"name": "m", "op": "MatMul", "input": ["dw", "unknown_3"], "attr": {"transpose_b": {"b": True}}},
            {"name": "n", "op": "_FusedMatMul", "input": ["dw", "unknown_4"], "attr": {"transpose_b": {"b": False}}},
            {"name": "odd"}, 7, {"name": "worse", "op": "MatMul", "input": 3, "attr": []},
        ]
    }  # fmt: skip
    names = ("unknown_1", "unknown_2", "unknown_3", "unknown_4", "anchors")
    arrays = (CONVOLUTION, DEPTHWISE, MATRIX, MATRIX, MATRIX)
    tensors = found(model(*(plain(name, array) for name, array in zip(names, arrays, strict=True)), topology=topology))
    expected = (
        CONVOLUTION.transpose(3, 2, 0, 1),
        DEPTHWISE.transpose(2, 3, 0, 1).reshape(10, 1, 3, 3),
        MATRIX,
        MATRIX.T,
        MATRIX,
    )
    for name, array in zip(names, expected, strict=True):
        assert np.array_equal(whole(tensors[name]), array), name


def test_a_list_of_groups_alone_is_an_older_manifest() -> None:
    manifest = json.dumps([group(plain("fc/weights", MATRIX), paths=("faces-shard1",))]).encode()
    (tensor,) = found({"faces-weights_manifest.json": manifest, "faces-shard1": MATRIX.tobytes()}).values()
    assert np.array_equal(whole(tensor), MATRIX.T)


@pytest.mark.parametrize("text", ["{}", "[]", "7", '{"weightsManifest": 3}', '[{"paths": [1], "weights": []}]', "[[]]"])
def test_other_json_has_no_tensors(text: str) -> None:
    assert found({"config.json": text.encode()}) == {}


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ({"name": "w", "shape": [1 << 40], "dtype": "float32"}, "reaches past"),
        ({"name": "w", "shape": [-1], "dtype": "float32"}, "no name, shape and dtype"),
        ({"name": "w", "shape": [True], "dtype": "float32"}, "no name, shape and dtype"),
        ({"name": "w", "shape": [1] * 100, "dtype": "float32"}, "no name, shape and dtype"),
        ({"name": "w", "shape": [1], "dtype": "quaternion"}, "size is not known"),
        ({"name": "w", "shape": [1], "dtype": "float32", "quantization": {"dtype": []}}, "size is not known"),
        ({"name": "w", "shape": [1 << 60], "dtype": "string"}, "graph_items"),
        (7, "no name, shape and dtype"),
    ],
)
def test_entries_that_lie_are_told(weight: Any, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        found(model((weight, bytes(16))))


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "..\\..\\secret", "missing.bin"])
def test_shards_outside_of_the_folder_are_not_opened(path: str) -> None:
    described = json.dumps([group(plain("w", MATRIX), paths=(path,))]).encode()
    with pytest.raises(FormatError, match=r"outside of the folder|no file"):
        found({"web/model.json": described, "etc/passwd": bytes(200), "secret": bytes(200)})


@pytest.mark.parametrize("scale", ["1e999", "-1e999", "9" * 400, '"1"', "null"])
def test_a_scale_that_is_no_number_leaves_the_numbers_as_they_are(scale: str) -> None:
    files = model((entry("w", np.zeros((2, 2)), quantization={"dtype": "uint8", "scale": 2, "min": 0}), b"\1\2\3\4"))
    files["web/model.json"] = files["web/model.json"].replace(b'"scale": 2', b'"scale": ' + scale.encode())
    assert whole(found(files)["w"]).tolist() == [[1, 3], [2, 4]]
