"""ONNX as exporters and quantisers write it: matrices (in, out) under numbers, with the nodes that use them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from families.model import Array, Model, is_matrix


def float32(folder: Path, model: Model) -> None:
    _write(folder / "model.onnx", model, "")


def dequantised(folder: Path, model: Model) -> None:
    """Eight bits for each channel, with DequantizeLinear before the multiplication."""
    _write(folder / "model_quantized.onnx", model, "DequantizeLinear")


def dynamic(folder: Path, model: Model) -> None:
    """Eight bits for each matrix, multiplied as integers: what dynamic quantisation gives."""
    _write(folder / "model_int8.onnx", model, "MatMulInteger")


def _write(path: Path, model: Model, how: str) -> None:
    nodes: list[onnx.NodeProto] = []
    values: list[onnx.TensorProto] = []
    stream = "x"
    for number, (name, array) in enumerate(model.tensors.items()):
        out = f"y{number}"
        if is_matrix(array) and "embed" not in name.lower() and "relative_attention" not in name:
            nodes += _product(f"onnx::MatMul_{1000 + number}", np.ascontiguousarray(array.T), how, stream, out, values)
        elif is_matrix(array):
            values.append(_value(name, array))
            nodes.append(helper.make_node("Gather", [name, "ids"], [out]))
        else:
            values.append(_value(name, array))
            nodes.append(helper.make_node("Add" if name.endswith("bias") else "Mul", [stream, name], [out]))
        stream = out
    graph = helper.make_graph(
        nodes, "model",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None), helper.make_tensor_value_info("ids", TensorProto.INT64, None)],
        [helper.make_tensor_value_info(stream, TensorProto.FLOAT, None)], values,
    )  # fmt: skip
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def _value(name: str, array: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def _product(
    name: str, kept: Array, how: str, stream: str, out: str, values: list[onnx.TensorProto]
) -> list[onnx.NodeProto]:
    if not how:
        values.append(_value(name, kept))
        return [helper.make_node("MatMul", [stream, name], [out])]
    ends = [f"{name}_quantized", f"{name}_scale", f"{name}_zero_point"]
    if how == "DequantizeLinear":
        scale = (np.abs(kept).max(axis=0) / 127).astype(np.float32)
        scale[scale == 0] = 1
        codes = np.clip(np.rint(kept / scale), -127, 127).astype(np.int8)
        values += [_value(ends[0], codes), _value(ends[1], scale), _value(ends[2], np.zeros(kept.shape[1], np.int8))]
        return [
            helper.make_node("DequantizeLinear", ends, [f"{name}_dq"], axis=1),
            helper.make_node("MatMul", [stream, f"{name}_dq"], [out]),
        ]
    scale = np.float32(np.abs(kept).max() / 127) or np.float32(1)
    values += [_value(ends[0], np.clip(np.rint(kept / scale), -127, 127).astype(np.int8)),
               _value(ends[1], np.array(scale, np.float32)), _value(ends[2], np.array(0, np.int8))]  # fmt: skip
    return [
        helper.make_node("DynamicQuantizeLinear", [stream], [f"{out}_q", f"{out}_s", f"{out}_z"]),
        helper.make_node("MatMulInteger", [f"{out}_q", ends[0], f"{out}_z", ends[2]], [f"{out}_i"]),
        helper.make_node("Cast", [f"{out}_i"], [f"{out}_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_s", ends[1]], [f"{out}_k"]),
        helper.make_node("Mul", [f"{out}_f", f"{out}_k"], [out]),
    ]
