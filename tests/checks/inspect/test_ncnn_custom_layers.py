from __future__ import annotations

import pytest

from attacks.runtimes import ncnn, ncnn_binary
from hilt.checks.inspect.ncnn_custom_layers import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("data", [ncnn(), ncnn_binary(), ncnn("nn.Conv2d conv 1 1 a b bias=True @bias=(2)f32")])
def test_layers_of_ncnn_and_operators_of_pnnx_are_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model.param") == []


@pytest.mark.parametrize(
    ("data", "words", "severity"),
    [
        (ncnn("Own own 1 1 a b 0=1"), "the custom layer 'Own', which no", Severity.MEDIUM),
        (ncnn_binary(256), "the custom layer '256', which no", Severity.MEDIUM),
        (ncnn_binary(200), "the custom layer '200', which no", Severity.MEDIUM),
        (ncnn("YoloV5Focus focus 1 1 a b"), "of ncnn's own example of YOLOv5", Severity.LOW),
    ],
)
def test_a_layer_that_ncnn_does_not_bring_is_named(data: bytes, words: str, severity: Severity) -> None:
    (seen,) = findings(CHECK, data, "model.param")
    assert (seen.severity, words in seen.message) == (severity, True), seen.message
