from __future__ import annotations

import json
import struct

import pytest

from hilt.checks.inspect.weights_index import CHECK
from hilt.core.finding import Severity
from repositories import findings_in


def shard(*names: str) -> bytes:
    header = json.dumps({name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for name in names}).encode()
    return struct.pack("<Q", len(header)) + header


def index(weight_map: dict[str, object]) -> bytes:
    return json.dumps({"metadata": {}, "weight_map": weight_map}).encode()


def test_an_index_that_describes_its_shards_is_quiet() -> None:
    files = {
        "deep/model.safetensors.index.json": index({"a": "one.safetensors", "b": "two.safetensors"}),
        "deep/one.safetensors": shard("a"),
        "deep/two.safetensors": shard("b"),
    }
    assert findings_in(CHECK, files) == []


@pytest.mark.parametrize(
    ("weight_map", "words", "severity"),
    [
        ({"a": "../../etc/passwd"}, "'../../etc/passwd' lies outside the folder", Severity.HIGH),
        ({"a": "/etc/passwd"}, "lies outside the folder", Severity.HIGH),
        ({"a": "C:\\x.bin"}, "lies outside the folder", Severity.HIGH),
        ({"a": "https://x/y"}, "lies outside the folder", Severity.HIGH),
        ({"a": "none.safetensors"}, "'none.safetensors' with 1 tensors is not here", Severity.LOW),
        ({"a": ["x"]}, "names no file", Severity.MEDIUM),
        ({"a": "s.safetensors", "b": "s.safetensors"}, "does not hold 'b'", Severity.MEDIUM),
        ({}, "", Severity.INFO),
    ],
)
def test_each_way_to_disagree_is_named(weight_map: dict[str, object], words: str, severity: Severity) -> None:
    files = {"model.safetensors.index.json": index(weight_map), "s.safetensors": shard("a")}
    seen = findings_in(CHECK, files)
    assert [(finding.severity, words in finding.message) for finding in seen] == ([(severity, True)] if words else [])


def test_a_tensor_that_the_index_leaves_out_is_named() -> None:
    files = {"model.safetensors.index.json": index({"a": "s.safetensors"}), "s.safetensors": shard("a", "extra")}
    (finding,) = findings_in(CHECK, files)
    assert finding.message == "s.safetensors holds 'extra', which the index leaves out"


def test_a_tensor_that_lies_in_two_shards_is_named() -> None:
    files = {
        "model.safetensors.index.json": index({"a": "one.safetensors", "b": "two.safetensors"}),
        "one.safetensors": shard("a"),
        "two.safetensors": shard("a", "b"),
    }
    (finding,) = findings_in(CHECK, files)
    assert (finding.severity, "two.safetensors holds 'a'" in finding.message) == (Severity.HIGH, True)


def test_a_shard_that_the_index_leaves_out_is_named() -> None:
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    files = {"model.safetensors.index.json": index({"a": first}), first: shard("a"), second: shard("b")}
    (finding,) = findings_in(CHECK, files)
    assert (finding.severity, second in finding.message) == (Severity.MEDIUM, True)


def test_a_pointer_in_the_place_of_a_shard_is_named() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"
    files = {"model.safetensors.index.json": index({"a": "s.safetensors"}), "s.safetensors": pointer}
    (finding,) = findings_in(CHECK, files)
    assert (finding.severity, "only a Git LFS pointer" in finding.message) == (Severity.LOW, True)
