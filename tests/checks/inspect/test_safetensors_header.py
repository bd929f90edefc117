from __future__ import annotations

import json
import struct

import pytest

from hilt.checks.inspect.safetensors_header import CHECK
from hilt.core.finding import Severity
from reading import findings


def safetensors(header: object | str, data: bytes = b"\0" * 16) -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(begin: int, end: int, shape: tuple[int, ...] = (2,), dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_a_header_that_describes_every_byte_is_quiet() -> None:
    assert findings(CHECK, safetensors({"a": tensor(0, 8), "b": tensor(8, 16)}), "model.safetensors") == []


@pytest.mark.parametrize(
    ("header", "words", "severity"),
    [
        ({"a": tensor(0, 8), "b": tensor(4, 16, (3,))}, "overlaps the tensor before it by 4 bytes", Severity.HIGH),
        ({"a": tensor(0, 4, (1,)), "b": tensor(8, 16)}, "4 bytes before it belong to no tensor", Severity.MEDIUM),
        ({"a": tensor(0, 8)}, "8 bytes behind the last tensor", Severity.MEDIUM),
        ({"a": tensor(0, 400, (100,))}, "lie outside the file", Severity.HIGH),
        ({"a": tensor(0, 16)}, "F32 [2] needs 8 bytes, its offsets give 16", Severity.HIGH),
        ({"a": tensor(0, 16, (2,), "X9")}, "unknown dtype 'X9'", Severity.MEDIUM),
    ],
)
def test_each_abuse_of_the_header_is_named(header: object, words: str, severity: Severity) -> None:
    seen = findings(CHECK, safetensors(header), "model.safetensors")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)]


def test_a_name_that_occurs_twice_is_found_though_json_keeps_one() -> None:
    entry = json.dumps(tensor(0, 16, (4,)))
    seen = findings(CHECK, safetensors(f'{{"a": {entry}, "a": {entry}}}'), "model.safetensors")
    assert [finding.message for finding in seen] == ["the header names 'a' more than once"]
