from __future__ import annotations

import json

import pytest

from attacks.keras import lambda_2, shell
from hilt.checks.inspect.tfjs_code import CHECK
from hilt.core.finding import Severity
from reading import findings


def seen(topology: object) -> list[tuple[Severity, str]]:
    model = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    return [
        (finding.severity, finding.message) for finding in findings(CHECK, json.dumps(model).encode(), "model.json")
    ]


def layers(*added: object) -> dict[str, object]:
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 2, "kernel_initializer": {"class_name": "Zeros"}}}
    return {"model_config": {"class_name": "Sequential", "config": {"name": "s", "layers": [dense, *added]}}}


def graph(*operators: object, functions: object = ()) -> dict[str, object]:
    return {"node": [{"name": "n", "op": operator} for operator in operators], "library": {"function": functions}}


@pytest.mark.parametrize(
    "topology",
    [
        layers(),
        graph(
            "Const",
            "_FusedConv2D",
            "FusedDepthwiseConv2dNative",
            "own",
            functions=[{"signature": {"name": "own"}, "nodeDef": [{"op": "MatMul"}]}],
        ),
        {"node": 1, "library": {"function": 1}},
        {"node": [1, {"op": 2}], "library": {"function": [1, {"signature": 1, "nodeDef": 1}]}},
    ],
)
def test_what_the_runtime_brings_is_quiet(topology: object) -> None:
    assert seen(topology) == []


@pytest.mark.parametrize(
    ("topology", "words", "severity"),
    [
        (
            layers({"class_name": "Own", "config": {"name": "e"}}),
            "'e' is built of the custom class 'Own'",
            Severity.MEDIUM,
        ),
        (layers(lambda_2(shell)), "holds", Severity.HIGH),
        (
            layers({"class_name": "StringLookup", "config": {"name": "l", "vocabulary": "/etc/passwd"}}),
            "from the file '/etc/passwd'",
            Severity.HIGH,
        ),
        (graph("ReadFile"), "the operator ReadFile reads, writes", Severity.HIGH),
        (graph("SqlDataset"), "reads or writes data files", Severity.MEDIUM),
        (graph("Own", "Own"), "needs code for the operator Own", Severity.MEDIUM),
        (graph(functions=[{"nodeDef": [{"op": "WriteFile"}]}]), "the operator WriteFile", Severity.HIGH),
    ],
)
def test_each_thing_of_its_own_is_named_once(topology: object, words: str, severity: Severity) -> None:
    found = seen(topology)
    assert [(how, words in message) for how, message in found] == [(severity, True)], found
