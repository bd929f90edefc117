from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from attacks.oci import KITFILE
from hilt.checks.inspect.kitfile_paths import CHECK
from hilt.core.finding import Severity
from reading import findings, read

MORE = {"code": [{"path": "src/"}], "datasets": [{"name": "d", "path": "./data.csv"}], "docs": [{"path": "README.md"}]}


def seen(document: Any) -> list[str]:
    told = findings(CHECK, json.dumps(document).encode(), "blobs/sha256/abc")
    assert {one.severity for one in told} <= {Severity.HIGH}
    assert [one.message for one in findings(CHECK, yaml.safe_dump(document).encode(), "Kitfile")] == [
        one.message for one in told
    ]
    return [one.message for one in told]


def test_parts_beside_the_kitfile_are_quiet() -> None:
    assert seen(KITFILE | MORE) == []
    assert (
        seen(KITFILE | {"model": {"path": "registry.example/org/net:1", "parts": [{"path": "lora/"}, 7]}, "code": "x"})
        == []
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"model": {"path": "/etc"}}, "the path of model is '/etc', which is an absolute path"),
        (
            {"model": {"path": "m", "parts": [{"path": "../x"}]}},
            "the path of a part of model is '../x', which climbs out",
        ),
        ({"code": [{"path": "src"}, {"path": "..\\.ssh"}]}, "the path of code is '..\\\\.ssh', which climbs out"),
        ({"datasets": [{"path": "C:/data"}]}, "the path of datasets is 'C:/data', which names a drive"),
    ],
)
def test_a_path_that_leads_away_is_named(part: dict[str, Any], words: str) -> None:
    (message,) = seen(KITFILE | part)
    assert words in message


def test_documents_that_are_no_kitfile_are_none_of_its_business() -> None:
    assert findings(CHECK, b'{"model": {"path": "/etc"}}', "config.json") == []
    assert read(b"manifestVersion: 1.0.0\n", "Kitfile").format == "yaml"
