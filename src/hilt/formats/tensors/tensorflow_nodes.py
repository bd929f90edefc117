"""Which way round a constant of a TensorFlow graph lies, by the operator that takes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.turned import depthwise, kernel
from hilt.formats.tensors.orientation.keras_names import is_of_keras, named

FLOATS = {1: "F32", 2: "F64", 14: "BF16", 19: "F16"}
"""The numbers that types.proto of TensorFlow gives to types."""

_PASSES = {
    "Identity", "Enter", "Cast", "ReadVariableOp", "StopGradient", "ExpandDims", "Dequantize", "FakeQuantWithMinMaxVars",
    "FakeQuantWithMinMaxVarsPerChannel", "FakeQuantWithMinMaxArgs", "PreventGradient", "Snapshot",
}  # fmt: skip
_CONVOLUTIONS = {"Conv2D", "_FusedConv2D", "FusedConv2D", "Conv2DBackpropInput", "Conv3D", "Conv3DBackpropInputV2"}
_DEPTHWISE = {"DepthwiseConv2dNative", "_FusedDepthwiseConv2dNative", "FusedDepthwiseConv2dNative"}
_PRODUCTS = {"MatMul", "_FusedMatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "SparseMatMul"}
_STEPS = 64


class Node(NamedTuple):
    """One node; `transposed` is whether it takes its second operand transposed."""

    name: str
    operator: str
    inputs: tuple[str, ...]
    transposed: bool


class Use(NamedTuple):
    """Who takes a constant, as which operand."""

    operator: str
    operand: int
    transposed: bool


def uses(nodes: Iterable[Node]) -> dict[str, Use]:
    """By the name of a node: the operator with weights that takes what comes out of it."""
    by_name = {node.name: node for node in nodes}
    found: dict[str, Use] = {}
    for node in by_name.values():
        if node.operator in _CONVOLUTIONS | _DEPTHWISE | _PRODUCTS:
            for operand, taken in enumerate(node.inputs[:2]):
                use = Use(node.operator, operand, node.transposed)
                found.setdefault(_origin(taken, by_name), use)
    return found


def _origin(name: str, nodes: dict[str, Node]) -> str:
    """The node from which the numbers come that pass through others unchanged."""
    for _ in range(_STEPS):
        name = name.partition(":")[0]
        node = nodes.get(name)
        if node is None or node.operator not in _PASSES or not node.inputs:
            break
        name = node.inputs[0]
    return name


def used(stored: TensorSource, use: Use | None) -> TensorSource:
    """A constant in PyTorch's order."""
    rank = len(stored.shape)
    if use is None:
        return named(stored, stored.name) if is_of_keras(stored.name) else stored
    if use.operator in _PRODUCTS:
        return kernel(stored) if rank == 2 and use.operand == 1 and not use.transposed else stored
    if use.operand != 1 or not 3 <= rank <= 5:
        return stored
    return depthwise(stored) if use.operator in _DEPTHWISE and rank == 4 else kernel(stored)
