from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.tfjs_weights import CHECK
from hilt.core.finding import Severity
from reading import findings

WEIGHTS = [{"name": "w", "shape": [1], "dtype": "float32"}]


def manifest(path: str) -> list[dict[str, object]]:
    return [{"paths": ["group1-shard1of2.bin", path], "weights": WEIGHTS}]


def test_shards_beside_the_model_are_quiet() -> None:
    document = {"format": "graph-model", "weightsManifest": manifest("weights/group1-shard2of2.bin")}
    assert findings(CHECK, json.dumps(document).encode(), "model.json") == []


def test_other_json_is_quiet() -> None:
    assert findings(CHECK, b'{"weightsManifest": [{"paths": 5}, 6], "paths": ["/a"]}', "config.json") == []
    assert findings(CHECK, b'[["/a"], {"paths": ["/a"]}]', "list.json") == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/etc/passwd", "is an absolute path"),
        ("../../.ssh/id_rsa", "climbs out"),
        ("https://example.org/collect", "is a URL"),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_weights_from_outside_are_named(path: str, words: str, old: bool) -> None:
    document = manifest(path) if old else {"weightsManifest": manifest(path)}
    (seen,) = findings(CHECK, json.dumps(document).encode(), "model.json")
    assert (seen.severity, words in seen.message) == (Severity.HIGH, True)
