"""Weights of ONNX Runtime's own operators that hold numbers of a few bits, of which each block of a row has a scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.onnx_graph import Node
from hilt.formats.onnx_tensor import Tensor
from hilt.formats.onnx_uses import Use
from hilt.formats.tensors.layouts.affine import affine
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.parts import Cropped
from hilt.formats.tensors.layouts.whole_bytes import SmallNumbers
from hilt.formats.tensors.onnx_store import Store

BLOCKS = ("MatMulNBits", "GatherBlockQuantized")


def blocks(store: Store, use: Use, node: Node) -> TensorSource | None:
    """Numbers of a few bits of which each block of a row has a scale; None where they lie in another way."""
    bits, block = node.number("bits", 4), node.number("block_size", 128)
    if bits not in (2, 4, 8) or block < 16 or use.quantised is None or use.quantised.scale is None:
        return None
    shape = _shape(use.tensor, node, bits, block)
    if shape is None:
        return None
    rows, width = shape
    count = -(-width // block)
    filled = count * block if node.operator.name == "MatMulNBits" else width
    stored = _numbers(store, use.tensor, (rows, filled), bits)
    scale = store.grid(use.quantised.scale, (rows, count)) if use.quantised.scale.parameters == rows * count else None
    zero = _zeros(store, use, (rows, count), bits)
    if stored is None or scale is None or zero is None:
        return None
    dtype = f"I{bits}" if use.tensor.dtype.startswith("I") else f"U{bits}"
    whole = affine(stored, scale, zero, name=use.name, dtype=dtype, block=(1, block))
    return Cropped(stored=whole, width=width) if filled > width else whole


def _shape(tensor: Tensor, node: Node, bits: int, block: int) -> tuple[int, int] | None:
    if node.operator.name == "MatMulNBits":
        rows, width = node.number("N", 0), node.number("K", 0)
        given = len(node.inputs) > 4 and node.inputs[4]  # the order of groups, which moves columns
        fits = tensor.parameters == rows * -(-width // block) * (block * bits // 8)
        return (rows, width) if fits and rows > 0 and width > 0 and not given else None
    if len(tensor.shape) != 2 or node.number("gather_axis", 0) or node.number("quantize_axis", 1) not in (1, -1):
        return None
    rows, width = tensor.shape
    return rows, width * (8 // bits) if tensor.dtype == "UINT8" else width


def _numbers(store: Store, tensor: Tensor, shape: tuple[int, int], bits: int) -> Dense | None:
    """Numbers in bytes that the tensor's type does not tell of; those of a type of few bits are what they are."""
    dense = store.dense(tensor, tensor.name)
    if dense is None or tensor.dtype != "UINT8":
        return dense if dense is None or dense.shape == shape else None
    if tensor.parameters * 8 < shape[0] * shape[1] * bits:
        return None
    source = SmallNumbers(dense.source, dense.begin, shape[0] * shape[1], bits=bits, signed=False)
    return replace(dense, shape=shape, source=source, begin=0) if bits < 8 else replace(dense, shape=shape)


def _zeros(store: Store, use: Use, shape: tuple[int, int], bits: int) -> TensorSource | None:
    """The zero points, which fill whole bytes in each row; where there are none, the middle."""
    rows, count = shape
    tensor = use.quantised.zero if use.quantised else None
    if tensor is None:
        middle = 1 << (bits - 1) if use.tensor.dtype == "UINT8" else 0
        return Held(name="", dtype="F32", values=np.full((1, 1), middle, np.float32))
    if tensor.dtype != "UINT8":
        return store.grid(tensor, shape) if tensor.parameters == rows * count else None
    each = 8 // bits
    filled = -(-count // each) * each
    numbers = _numbers(store, tensor, (rows, filled), bits) if tensor.parameters == rows * filled // each else None
    return None if numbers is None else Cropped(stored=numbers, width=count)
