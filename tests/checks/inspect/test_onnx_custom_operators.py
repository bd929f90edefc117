from __future__ import annotations

import pytest

from attacks.graphs import message, onnx, onnx_function, onnx_graph, onnx_node
from hilt.checks.inspect.onnx_custom_operators import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


def test_standard_operators_and_functions_of_the_file_are_quiet() -> None:
    layer = onnx_function("Layer", "pkg.torch", onnx_node("MatMul"))
    nodes = [onnx_node("Conv"), onnx_node("TreeEnsembleClassifier", "ai.onnx.ml"), onnx_node("Layer", "pkg.torch")]
    assert findings(CHECK, onnx(*nodes, functions=[layer]), "a.onnx") == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (onnx(onnx_node("PyOp", "pyopmulti_1")), "pyopmulti_1::PyOp call a Python function", Severity.CRITICAL),
        (onnx(onnx_node("PythonOp", "com.microsoft")), "call a Python function", Severity.CRITICAL),
        (onnx(onnx_node("Evil", "evil.domain")), "custom domain 'evil.domain': Evil", Severity.MEDIUM),
        (onnx(onnx_node("Evil")), "ai.onnx::Evil, which the ONNX specification does not define", Severity.MEDIUM),
        (onnx(onnx_node("EPContext", "com.microsoft")), "a program compiled for one device", Severity.MEDIUM),
        (onnx(onnx_node("FusedMatMul", "com.microsoft")), "ONNX Runtime's contributed operators", Severity.INFO),
        (onnx(functions=[onnx_function("Relu", "")]), "in place of the standard operator", Severity.HIGH),
        (onnx(functions=[onnx_function("Scaler", "ai.onnx.ml")]), "in place of the standard", Severity.HIGH),
        (onnx(functions=[onnx_function("Gelu", "com.microsoft")]), "in place of the runtime's own", Severity.LOW),
    ],
)
def test_each_operator_that_brings_code_is_named(model: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, model, "a.onnx")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


def test_operators_inside_branches_and_functions_are_seen() -> None:
    branch = onnx_node("If", "", message((1, "then_branch"), (6, onnx_graph(onnx_node("Evil", "evil.domain")))))
    function = onnx_function("F", "f", onnx_node("Evil", "evil.domain"))
    for model in (onnx(branch), onnx(functions=[function])):
        assert [finding.severity for finding in findings(CHECK, model, "a.onnx")] == [Severity.MEDIUM]


def test_calling_python_is_a_fact() -> None:
    assert facts(CHECK, onnx(onnx_node("PyOp", "pyop_1")), "a.onnx") == {"inspect.code_on_load": True}
