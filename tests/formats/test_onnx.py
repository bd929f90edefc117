from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from attacks.graphs import message, onnx_node, onnx_tensor
from attacks.graphs import onnx as model
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.onnx import GRAPH, MODEL, NODE, Onnx, Operator, Opset, read
from hilt.formats.onnx_tensor import BITS, DTYPES
from hilt.formats.protobuf import BYTES, VARINT
from hilt.knowledge.onnx_operators import OPERATORS


def header(data: bytes) -> Onnx:
    return read(MemorySource(data), Limits())


def test_a_model_of_the_onnx_library_is_read_with_its_subgraphs() -> None:
    weight = numpy_helper.from_array(np.zeros((3, 4), np.float32), "w")
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.zeros(2, np.int64), "k"))],
        "inner",
        [],
        [helper.make_tensor_value_info("c", TensorProto.INT64, [2])],
    )
    nodes = [
        helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner),
        helper.make_node("F", [], [], domain="d"),
    ]
    function = helper.make_function("d", "F", [], [], [helper.make_node("Relu", ["a"], ["b"])], [])
    graph = helper.make_graph(nodes, "g", [], [], initializer=[weight])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("d", 1)]
    made = helper.make_model(graph, functions=[function], opset_imports=opsets, producer_name="tests")
    helper.set_model_props(made, {"licence": "MIT"})
    value = header(made.SerializeToString())
    assert (value.ir_version, value.producer, dict(value.metadata)) == (made.ir_version, "tests", {"licence": "MIT"})
    assert value.opsets == (Opset(domain="", version=17), Opset(domain="d", version=1))
    assert {str(operator): count for operator, count in value.operators.items()} == {
        "ai.onnx::If": 1, "ai.onnx::Constant": 2, "d::F": 1, "ai.onnx::Relu": 1,
    }  # fmt: skip
    assert value.functions == (Operator(domain="d", name="F"),)
    assert [(tensor.name, tensor.dtype, tensor.shape) for tensor in value.tensors] == [
        ("k", "INT64", (2,)), ("k", "INT64", (2,)), ("w", "FLOAT", (3, 4)),
    ]  # fmt: skip
    assert (value.graphs, value.parameters, value.unowned) == (3, 16, ())


def test_external_data_is_read_from_wherever_a_tensor_may_stand() -> None:
    away = onnx_tensor("t", (2, 3), {"location": "w.bin", "offset": "8", "length": "24"})
    constant = onnx_node("Constant", "", message((1, "value"), (5, away)))
    sparse = onnx_node("Constant", "", message((1, "sparse_value"), (22, message((1, away)))))
    value = header(model(constant, sparse, tensors=[away]))
    assert [(t.is_external, t.external["location"], t.external_range, t.declared_bytes) for t in value.tensors] == [
        (True, "w.bin", (8, 32), 24)
    ] * 3


def test_fields_that_the_specification_does_not_have_are_told() -> None:
    data = model(more=[(99, b"hidden"), (98, b"more"), (14, message((1, "a key of metadata"))), (1, b"no number")])
    assert [data[begin:end] for begin, end in header(data).unowned] == [b"hidden\x92\x06\x04more", b"no number"]


def test_a_graph_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(FormatError, match="field 7 stands there twice"):
        header(model(more=[(7, b"")]))


def test_the_tables_agree_with_the_onnx_library() -> None:
    assert tuple(TensorProto.DataType.keys()) == DTYPES
    assert set(DTYPES) == set(BITS) | {"UNDEFINED", "STRING"}
    missing = [
        (schema.domain, schema.name)
        for schema in onnx.defs.get_all_schemas_with_history()
        if schema.name not in OPERATORS[schema.domain or "ai.onnx"]
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("message_type", "schema"),
    [(onnx.ModelProto, MODEL), (onnx.GraphProto, GRAPH), (onnx.NodeProto, NODE)],
)
def test_the_schema_agrees_with_the_onnx_library(message_type: Any, schema: dict[int, int]) -> None:
    theirs = {field.number: BYTES if field.type in (9, 11, 12) else VARINT for field in message_type.DESCRIPTOR.fields}
    assert theirs == schema
