from __future__ import annotations

import json

import pytest

from attacks.stores import zarr_json, zarray
from hilt.checks.inspect.zarr_codecs import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

SHARDS = {"name": "sharding_indexed", "configuration": {"codecs": [{"name": "bytes"}, {"name": "own"}]}}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".zarray", zarray({"id": "blosc", "cname": "lz4"}, [{"id": "shuffle"}])),
        (".zarray", zarray(None, None)),
        ("zarr.json", zarr_json({"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd"})),
        ("config.json", b'{"compressor": {"id": "pickle"}, "codecs": ["own"]}'),
    ],
)
def test_honest_arrays_and_other_files_are_quiet(name: str, data: bytes) -> None:
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".zarray", zarray(None, [{"id": "pickle", "protocol": 5}], "|O")),
        (".zarray", zarray({"id": "pickle"})),
        ("zarr.json", zarr_json("numcodecs.pickle")),
        (".zmetadata", json.dumps({"metadata": {"w/.zarray": json.loads(zarray({"id": "pickle"}))}}).encode()),
    ],
)
def test_an_array_that_is_unpickled_is_named(name: str, data: bytes) -> None:
    (finding,) = findings(CHECK, data, name)
    assert (finding.severity, "which unpickles them" in finding.message) == (Severity.CRITICAL, True)
    assert facts(CHECK, data, name) == {"inspect.code_on_load": True}


@pytest.mark.parametrize("data", [zarray({"id": "own"}), zarr_json(SHARDS), zarr_json({"name": "own"})])
def test_a_codec_of_another_package_is_named(data: bytes) -> None:
    (finding,) = findings(CHECK, data, "zarr.json")
    assert (finding.severity, "'own', a codec of another package" in finding.message) == (Severity.MEDIUM, True)
