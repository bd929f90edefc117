from __future__ import annotations

import pytest

from attacks.graphs import paddle
from hilt.checks.inspect.paddle_operators import CHECK
from hilt.core.finding import Severity
from reading import findings


def test_an_exported_model_is_quiet() -> None:
    assert findings(CHECK, paddle("feed", "conv2d", "softmax", "fetch"), "inference.pdmodel") == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (paddle("feed", "py_func"), "py_func (1 time) calls a Python function", Severity.CRITICAL),
        (paddle("save", path="/tmp/x"), "save (1 time) writes or reads files: '/tmp/x'", Severity.CRITICAL),
        (paddle("load_combine"), "the program computes which", Severity.CRITICAL),
        (paddle("listen_and_serv"), "opens connections", Severity.HIGH),
    ],
)
def test_each_reach_out_of_the_program_is_named(model: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, model, "inference.pdmodel")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen
