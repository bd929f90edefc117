from __future__ import annotations

import pytest

from attacks.graphs import coreml, coreml_network, coreml_program, message
from hilt.checks.inspect.coreml_custom_layers import CHECK
from hilt.core.finding import Severity
from reading import findings


def linked(name: str) -> bytes:
    return coreml(556, message((1, message((1, message((1, name)))))))


@pytest.mark.parametrize("model", [coreml(500, coreml_network()), coreml(502, coreml_program("const", "conv"))])
def test_standard_layers_and_weights_of_the_package_are_quiet(model: bytes) -> None:
    assert findings(CHECK, model, "a.mlmodel") == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (coreml(500, coreml_network("Swish")), "needs the class 'Swish'", Severity.MEDIUM),
        (coreml(403, coreml_network("Swish")), "needs the class 'Swish'", Severity.MEDIUM),
        (coreml(555, message((1, "Mine"))), "needs the class 'Mine'", Severity.MEDIUM),
        (coreml(555), "a class that it does not name", Severity.MEDIUM),
        (coreml(202, message((1, coreml(555, message((1, "Mine")))))), "needs the class 'Mine'", Severity.MEDIUM),
        (coreml(502, coreml_program("custom_layer")), "the custom type 'custom_layer'", Severity.MEDIUM),
        (linked("Other.mlmodelc"), "loads another model from 'Other.mlmodelc'", Severity.MEDIUM),
        (linked("/tmp/Other.mlmodelc"), "which is an absolute path", Severity.HIGH),
        (coreml(502, coreml_program("const", weights="@model_path/../../x")), "climbs out with '..'", Severity.HIGH),
    ],
)
def test_each_thing_from_elsewhere_is_named(model: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, model, "a.mlmodel")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen
