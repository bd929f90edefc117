from __future__ import annotations

import pytest

from attacks.runtimes import ort
from hilt.checks.inspect.onnx_custom_operators import CHECK
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from hilt.formats import ort as reader
from hilt.formats.onnx import Operator
from hilt.formats.stretches import Stretch
from reading import facts, findings, read


@pytest.mark.parametrize("name", ["model.ort", "model.onnx", "weights"])
def test_operators_weights_and_metadata_are_read_under_any_name(name: str) -> None:
    file = read(ort(), name)
    assert (file.format, file.error) == ("ort", None)
    assert (file.value.version, file.value.producer, file.value.metadata) == ("6", "pytorch", {"task": "chat"})
    assert (file.value.initialisers, file.value.graphs, file.value.unowned) == (1, 1, ())
    assert file.value.operators == {
        Operator(domain="", name="MatMul"): 1,
        Operator(domain="com.microsoft", name="Gelu"): 1,
    }


def test_nodes_of_inner_graphs_are_counted() -> None:
    model = read(ort(("", "If"), inner=[{2: [{2: "own", 5: "A"}]}, {2: [{2: "own", 5: "B"}]}]), "m.ort").value
    assert model.graphs == 4
    assert model.operators[Operator(domain="own", name="B")] == 1


def test_bytes_behind_the_model_are_told_and_a_few_zeros_are_not() -> None:
    data = ort()
    assert read(data + bytes(7), "m.ort").value.unowned == ()
    assert read(data + b"hide", "m.ort").value.unowned == (
        Stretch(len(data) + 1, len(data) + 4),
    )  # texts end in a zero


def test_every_truncation_is_a_value_or_a_format_error() -> None:
    data = ort()
    for end in range(len(data) - 4):
        with pytest.raises(FormatError):
            reader.read(MemorySource(data[:end]), Limits())


def test_graphs_inside_each_other_are_bounded() -> None:
    with pytest.raises(LimitExceeded, match="graph_depth"):
        reader.read(MemorySource(ort(("", "If"), inner=[{2: [{5: "A"}]}])), Limits(graph_depth=1))


def test_custom_operators_are_those_of_onnx() -> None:
    assert [found.severity for found in findings(CHECK, ort(), "m.ort")] == [Severity.INFO]
    (own,) = findings(CHECK, ort(("own.domain", "Own")), "m.ort")
    assert (own.severity, "'own.domain': Own" in own.message) == (Severity.MEDIUM, True)
    assert facts(CHECK, ort(("ai.onnx.contrib", "PyOp")), "m.ort") == {"inspect.code_on_load": True}
