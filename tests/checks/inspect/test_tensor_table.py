from __future__ import annotations

import pytest

from attacks.runtimes import HONEST, ctranslate2, ggml_tensor, variable, whisper
from hilt.checks.inspect.tensor_table import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("format_id", ["ctranslate2", "ggml"])
def test_an_honest_file_is_quiet(format_id: str) -> None:
    name, data = HONEST[format_id]
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ctranslate2(variable("a"), variable("a")), "2 tensors are named 'a'"),
        (whisper(ggml_tensor("a"), ggml_tensor("a")), "2 tensors are named 'a'"),
        (ctranslate2(variable("a", (2,), 0, bytes(64))), "FLOAT32 [2] needs 8 bytes, the file holds 64"),
        (ctranslate2(variable("a", (4,), 0, bytes(8))), "FLOAT32 [4] needs 16 bytes, the file holds 8"),
    ],
)
def test_each_abuse_of_the_table_is_named(data: bytes, words: str) -> None:
    seen = findings(CHECK, data, "model.bin")
    assert [(finding.severity, finding.message) for finding in seen] == [(Severity.HIGH, words)]
