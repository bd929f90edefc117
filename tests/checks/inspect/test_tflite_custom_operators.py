from __future__ import annotations

import pytest

from attacks.graphs import tflite
from hilt.checks.inspect.tflite_custom_operators import CHECK
from hilt.core.finding import Severity
from reading import findings


def test_builtin_operators_are_quiet() -> None:
    assert findings(CHECK, tflite(appended=[(16, 8)], files=["weights.bin"]), "a.tflite") == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (tflite("EvilOp"), "'EvilOp', which no widely used runtime brings", Severity.MEDIUM),
        (tflite("TFLite_Detection_PostProcess"), "of TensorFlow Lite's own additions", Severity.LOW),
        (tflite("Convolution2DTransposeBias"), "of MediaPipe", Severity.LOW),
        (tflite("FlexErf"), "needs full TensorFlow to run Erf", Severity.LOW),
        (tflite("FlexReadFile"), "FlexReadFile reads, writes or lists files", Severity.CRITICAL),
        (tflite("FlexEagerPyFunc"), "calls a Python function", Severity.CRITICAL),
        (tflite("FlexTextLineDataset"), "reads or writes data files", Severity.MEDIUM),
        (tflite(appended=[(1 << 40, 8)]), "lies outside the file", Severity.HIGH),
        (tflite(files=["../w.bin"]), "climbs out with '..'", Severity.HIGH),
    ],
)
def test_each_operator_that_brings_code_is_named(model: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, model, "a.tflite")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen
