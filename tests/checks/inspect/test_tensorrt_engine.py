from __future__ import annotations

import pytest

from attacks.runtimes import tensorrt
from hilt.checks.inspect.tensorrt_engine import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    ("data", "words"),
    [(tensorrt(), "compiled code of TensorRT 10.3.0.26"), (tensorrt(b"ptrt"), "of an older TensorRT")],
)
def test_an_engine_is_never_silent(data: bytes, words: str) -> None:
    (seen,) = findings(CHECK, data, "model.plan")
    assert (seen.severity, words in seen.message) == (Severity.MEDIUM, True)
