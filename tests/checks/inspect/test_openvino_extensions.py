from __future__ import annotations

import pytest

from attacks.graphs import openvino
from hilt.checks.inspect.openvino_extensions import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("kind", ["Relu", "ReLU"])
@pytest.mark.parametrize("opset", ["opset1", "opset16", "experimental", ""])
def test_layers_of_the_runtime_are_quiet(opset: str, kind: str) -> None:
    assert findings(CHECK, openvino((kind, opset)), "a.xml") == []


@pytest.mark.parametrize(
    ("kind", "opset"), [("Evil", "extension"), ("Evil", "custom_opset"), ("CustomLayer", "opset1"), ("Evil", "opset8")]
)
def test_a_layer_that_needs_an_extension_is_named(kind: str, opset: str) -> None:
    (seen,) = findings(CHECK, openvino((kind, opset)), "a.xml")
    assert seen.severity is Severity.MEDIUM
    assert seen.message == f"needs an extension for the layers of {opset!r}: {kind}"
