from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import onnx
from onnx import TensorProto, helper

from attacks.gguf import Info, gguf
from attacks.hdf5 import hdf5, honest
from attacks.keras import DENSE, config, keras_h5
from hilt.checks.inspect.weights import CHECK
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding
from repositories import repository


def safetensors(*shape: int, dtype: str = "F32") -> bytes:
    size = 4
    for length in shape:
        size *= length
    header = json.dumps({"w": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * min(size, 64)


def said(files: Mapping[str, bytes]) -> list[Finding | Fact]:
    return list(CHECK.run(repository(files)))


def facts(files: Mapping[str, bytes]) -> dict[tuple[str, str], Any]:
    return {(seen.key, seen.source): seen.value for seen in said(files) if isinstance(seen, Fact)}


def test_numbers_are_counted_file_by_file() -> None:
    assert facts({"a.safetensors": safetensors(2, 3), "b/c.safetensors": safetensors(5, dtype="BF16")}) == {
        ("model.parameters", "a.safetensors"): 6,
        ("model.dtypes", "a.safetensors"): ("F32",),
        ("model.parameters", "b/c.safetensors"): 5,
        ("model.dtypes", "b/c.safetensors"): ("BF16",),
    }


def test_the_shards_of_one_set_are_counted_together() -> None:
    files = {f"m/model-{n:05}-of-00003.safetensors": safetensors(n, 10) for n in (1, 2, 3)}
    files |= {f"m/model-{n:05}-of-00002.gguf": gguf([Info(name=f"t{n}", shape=(8,))], b"\0" * 32) for n in (1, 2)}
    found = facts(files)
    assert found["model.parameters", "m/model-*.safetensors"] == 60
    assert found["model.parameters", "m/model-*.gguf"] == 16


def test_a_set_that_is_not_whole_is_told_and_not_counted() -> None:
    seen = said({"model-00002-of-00003.safetensors": safetensors(2)})
    assert [s.message for s in seen if isinstance(s, Finding)] == [
        "of the 3 shards model-*.safetensors these are missing: 1, 3"
    ]
    assert [s.key for s in seen if isinstance(s, Fact)] == ["model.dtypes"]


def test_gguf_says_what_it_is_and_that_is_a_claim() -> None:
    metadata = [("general.architecture", "llama"), ("llama.context_length", 8192)]
    data = gguf([Info(name="w", shape=(32, 2), type=2), Info(name="b", offset=64)], b"\0" * 96, metadata)
    seen = {fact.key: (fact.value, fact.known) for fact in said({"m.gguf": data}) if isinstance(fact, Fact)}
    assert seen == {
        "model.parameters": (72, Known.VERIFIED),
        "model.dtypes": (("F32", "Q4_0"), Known.VERIFIED),
        "model.architectures": (("llama",), Known.CLAIMED),
        "model.context_length": (8192, Known.CLAIMED),
    }


def test_a_vocabulary_has_no_parameters() -> None:
    assert facts({"vocabulary.gguf": gguf([], b"")}) == {("model.architectures", "vocabulary.gguf"): ("llama",)}


def test_keras_weights_are_counted_without_what_the_optimiser_remembers() -> None:
    def with_optimiser(file: Any) -> None:
        file.attrs["model_config"] = json.dumps(config(DENSE))
        file["model_weights/kernel"] = [[1.0, 2.0]]
        file["optimizer_weights/momentum"] = [[1.0, 2.0]]

    found = facts({"m.h5": keras_h5(config(DENSE)), "n.h5": hdf5(with_optimiser), "data.h5": hdf5(honest)})
    assert {key: value for key, value in found.items() if key[0] == "model.parameters"} == {
        ("model.parameters", "m.h5"): 6,
        ("model.parameters", "n.h5"): 2,
    }
    assert found["model.dtypes", "n.h5"] == ("F64",)


def test_onnx_initialisers_are_counted() -> None:
    weight = helper.make_tensor("w", TensorProto.FLOAT16, [2, 3], [0.0] * 6)
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT16, [2, 3])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT16, [2, 3])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [value], [out], [weight])
    data: bytes = onnx.ModelProto.SerializeToString(helper.make_model(graph))
    assert facts({"m.onnx": data}) == {("model.parameters", "m.onnx"): 6, ("model.dtypes", "m.onnx"): ("F16",)}


def test_headers_that_cannot_be_true_or_cannot_be_read_are_not_counted() -> None:
    files = {
        "huge.safetensors": safetensors(1 << 40, 1 << 40, dtype="X" * 100),
        "broken.gguf": gguf(counts=(1 << 60, 0)),
        "notes.txt": b"notes",
    }
    assert said(files) == []
