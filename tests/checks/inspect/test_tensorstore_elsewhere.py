from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.tensorstore_elsewhere import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    "document",
    [
        {"driver": "zarr", "kvstore": {"driver": "file", "path": "weights/"}},
        {"driver": "ocdbt", "base": {"driver": "memory"}},
        {"driver": "cuda", "base": "none"},
        {"version": 1, "refs": {".zgroup": "{}", "w/0": ["data.bin", 0, 10], "w/1": "base64:AAAA"}},
        {"refs": ["https://a.b"]},
    ],
)
def test_what_stays_in_the_folder_is_quiet(document: object) -> None:
    assert findings(CHECK, json.dumps(document).encode(), "spec.json") == []


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (
            {"driver": "zarr", "kvstore": {"driver": "http", "base_url": "http://a.b", "path": "w"}},
            "http: http://a.b/w",
        ),
        ({"driver": "zarr3", "kvstore": {"driver": "gcs", "bucket": "own", "path": "w"}}, "gcs: own/w"),
        ({"driver": "zarr3", "kvstore": {"driver": "file", "path": "/etc/"}}, "/etc/"),
        ({"driver": "zarr", "kvstore": "s3://own/w"}, "s3://own/w"),
        ({"x": [{"driver": "zarr", "kvstore": {"driver": "ocdbt", "base": "gs://own/"}}]}, "gs://own/"),
        ({"version": 1, "refs": {"w/0": ["https://a.b/c", 0, 10]}}, "https://a.b/c"),
        ({"version": 1, "refs": {"w/0": ["../../etc/passwd"]}}, "../../etc/passwd"),
    ],
)
def test_each_place_that_data_are_fetched_from_is_named(document: object, place: str) -> None:
    (finding,) = findings(CHECK, json.dumps(document).encode(), "spec.json")
    assert (finding.severity, repr(place) in finding.message) == (Severity.MEDIUM, True)
