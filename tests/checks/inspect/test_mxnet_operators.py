from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.mxnet_operators import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


def graph(*operators: str, **attributes: str) -> bytes:
    nodes = [{"op": operator, "name": "n", "attrs": attributes, "inputs": []} for operator in ("null", *operators)]
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [[1, 0, 0]]}).encode()


def test_a_graph_of_ordinary_operators_is_quiet() -> None:
    assert findings(CHECK, graph("Convolution", "Activation", "SoftmaxOutput"), "m-symbol.json") == []
    assert findings(CHECK, b'{"nodes": [{"op": "Custom"}], "model": 1}', "other.json") == []
    assert findings(CHECK, b'{"nodes": [1, {}, {"op": 1}], "arg_nodes": []}', "odd.json") == []


@pytest.mark.parametrize(
    ("operator", "severity", "words"),
    [
        ("Custom", Severity.MEDIUM, "needs Python code for the operator 'own'"),
        ("TorchModule", Severity.CRITICAL, "runs Lua"),
        ("_Native", Severity.CRITICAL, "follows an address"),
    ],
)
def test_operators_that_run_code_are_named_once(operator: str, severity: Severity, words: str) -> None:
    data = graph(operator, operator, op_type="own")
    (seen,) = findings(CHECK, data, "m-symbol.json")
    assert (seen.severity, words in seen.message) == (severity, True)
    assert facts(CHECK, data, "m-symbol.json") == ({"inspect.code_on_load": True} if severity > 2 else {})
