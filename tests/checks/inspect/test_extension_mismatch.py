from __future__ import annotations

import pickle

import pytest

from hilt.checks.inspect.extension_mismatch import CHECK
from reading import read

PICKLE = pickle.dumps({"a": [1, 2, 3]})


@pytest.mark.parametrize(
    ("name", "data", "severity"),
    [
        ("model.safetensors", PICKLE, "high"),
        ("config.json", PICKLE, "high"),
        ("model.onnx", PICKLE, "high"),
        ("notes.txt", PICKLE, "high"),
        ("model.gguf", b"#!/bin/sh\necho hilt\n", "high"),
        ("model.pkl", b'{"a": 1}', "low"),
        ("model.safetensors", b'{"a": 1}', "low"),
        ("config.json", b"model_type: bert\n", "low"),
        ("model.xml", b"a graph\n", "low"),
    ],
)
def test_a_name_that_lies_is_told_the_louder_the_more_it_hides(name: str, data: bytes, severity: str) -> None:
    (finding,) = CHECK.run(read(data, name))
    assert finding.severity.word == severity


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.pkl", PICKLE),
        ("pytorch_model.bin", PICKLE),
        ("weights", PICKLE),
        ("notes.txt", b'{"a": 1}'),
        ("model.safetensors", b""),
        ("model.safetensors", b"\x01\xff\xfe\x00\x93" * 40),
    ],
)
def test_a_name_that_promises_nothing_else_is_quiet(name: str, data: bytes) -> None:
    assert list(CHECK.run(read(data, name))) == []
