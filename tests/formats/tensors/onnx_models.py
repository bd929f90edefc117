"""Models of ONNX made of a few nodes and weights, as the onnx package writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Node = onnx.NodeProto


def node(operator: str, inputs: str, outputs: str = "y", domain: str = "", **settings: Any) -> Node:
    """A node; `inputs` and `outputs` are names between blanks, `-` for one that is left out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(operator, names, outputs.split(), domain=domain, **settings)


def graph(nodes: Sequence[Node], weights: Mapping[str, Any]) -> onnx.GraphProto:
    """A graph; weights are arrays, or tensors as they stand in the file."""
    made = [
        weight if isinstance(weight, TensorProto) else numpy_helper.from_array(np.asarray(weight), name)
        for name, weight in weights.items()
    ]
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, None)
    return helper.make_graph(list(nodes), "g", [value], [], initializer=made)


def model(nodes: Sequence[Node], weights: Mapping[str, Any], functions: Sequence[Any] = ()) -> bytes:
    opsets = [helper.make_opsetid(domain, 21) for domain in ("", "com.microsoft", "own")]
    made = helper.make_model(graph(nodes, weights), opset_imports=opsets, functions=list(functions))
    return bytes(made.SerializeToString())
