from __future__ import annotations

import pytest

from hilt.formats.tensors.descriptions import description


@pytest.mark.parametrize(
    ("path", "described_by"),
    [
        ("m.mlpackage/Data/com.apple.CoreML/weights/weight.bin", "m.mlpackage/Data/com.apple.CoreML/model.mlmodel"),
        ("nmp/variables/variables.data-00000-of-00001", "nmp/variables/variables.index"),
        ("model.ckpt-1000.data-00001-of-00002", "model.ckpt-1000.index"),
        ("web/group1-shard1of1.bin", "web/model.json"),
        ("group12-shard3of40", "weights_manifest.json"),
        ("faces-shard1", "faces-weights_manifest.json"),
        ("human/blazeface.bin", "human/blazeface.json"),
        ("face_model.bin", "face_model-weights_manifest.json"),
        ("ir/model.bin", "ir/model.xml"),
        ("realesr.bin", "realesr.param"),
        ("realesr.bin", "realesr.param.bin"),
        ("onnx/model.onnx_data", "onnx/model.onnx"),
        ("onnx/model.onnx_data_1", "onnx/model.onnx"),
        ("onnx/model.onnx.data", "onnx/model.onnx"),
        ("onnx/model.data", "onnx/model.onnx"),
        ("onnx/model.weights", "onnx/model.onnx"),
        ("onnx/weights.data", "onnx/decoder.onnx"),
    ],
)
def test_raw_weights_lead_to_what_describes_them(path: str, described_by: str) -> None:
    assert description(path, {path, described_by, "README.md", "config.json"}) == described_by
    assert description(path, {path, "elsewhere/model.onnx", "README.md"}) is None


def test_of_two_models_none_is_guessed() -> None:
    assert description("weights.data", ["weights.data", "encoder.onnx", "decoder.onnx"]) is None


def test_no_file_describes_itself() -> None:
    for path in ("model.onnx", "model.json", "variables.index", "", "/", "a/", "weight.bin", "x" * 10_000 + ".bin"):
        assert description(path, {path}) is None


def test_a_name_of_many_signs_is_answered_at_once() -> None:
    assert description("-shard1" * 20_000 + "\n", ()) is None
    assert description("_data" * 20_000 + "\n", ()) is None
