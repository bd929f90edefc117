"""Tensors of an ONNX model: initialisers and constants, as the operators that take them mean them.

Matrices that are multiplied from the right are (in, out) in the file; the gates of recurrent layers have an order of
ONNX's own. Settings, scales and tables of whole numbers are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.onnx_graph import Graphs, graphs
from hilt.formats.onnx_tensor import Tensor
from hilt.formats.onnx_uses import Quantised, Use, uses
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.affine import affine, channels
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.parts import Parts
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.onnx_blocks import BLOCKS, blocks
from hilt.formats.tensors.onnx_lstm import QUANTISED_LSTM, directions
from hilt.formats.tensors.onnx_store import DTYPES, Store
from hilt.formats.tensors.orientation.recurrent import recurrent

_FLOATS = ("FLOAT", "FLOAT16", "BFLOAT16", "DOUBLE", "FLOAT8E4M3FN", "FLOAT8E5M2")
_GATES = {"LSTM": (0, 2, 3, 1), QUANTISED_LSTM: (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""Where in ONNX's order each gate of PyTorch's lies: i, f, g, o of i, o, f, c; r, z, n of z, r, h."""
_BIASES, _HALVES = 3, (".input", ".hidden")
"""The input of a recurrent layer that holds the biases: those for the input, then those for the hidden state."""
_STRANGE = ("FLOAT8E4M3FNUZ", "FLOAT8E5M2FNUZ", "FLOAT4E2M1", "FLOAT6E2M3", "FLOAT6E3M2")
_THIRDS = ("Attention", "QAttention")
"""Operators whose weight is those of query, key and value one behind the other."""


def weights(given: Given) -> Iterator[TensorSource | str]:
    yield from of_graphs(graphs(given.source, given.limits), given)


def of_graphs(found: Graphs, given: Given) -> Iterator[TensorSource | str]:
    """The weights of these graphs; the formats of ONNX Runtime hold the same.

    Without those that are sparse, that lie in files which are not there, or that are of a type that nothing here unpacks.
    """
    yield from found.sparse
    for use, tensors in _of_uses(found, given):
        yield from tensors or (use.name,)


def _of_uses(found: Graphs, given: Given) -> Iterator[tuple[Use, list[TensorSource]]]:
    store = Store(given)
    for use in uses(found):
        is_weight = use.tensor.dtype in (*_FLOATS, *_STRANGE) or use.quantised is not None
        if use.setting or use.tensor.parameters <= 1 or not is_weight:
            continue
        try:
            yield use, list(_meant(store, use))
        except FormatError:  # scales that do not fit: the other tensors are there all the same
            yield use, []


def _meant(store: Store, use: Use) -> Iterator[TensorSource]:
    node, name = use.node, use.node.operator.name if use.node else ""
    if node is not None and name in BLOCKS:
        packed = blocks(store, use, node)
        yield from () if packed is None else (packed,)
        return
    stored = store.dense(use.tensor, use.name)
    if stored is None:
        return
    if name == QUANTISED_LSTM and use.quantised is not None:
        for direction in directions(store, use, stored):
            yield from recurrent(direction, _GATES[name])
        return
    if node is None and use.quantised is None and max(stored.shape) == use.tensor.parameters:
        yield replace(
            stored, shape=(use.tensor.parameters,)
        )  # a bias, spread over the dimensions of what it is added to
        return
    turned = use.turned and len(stored.shape) == 2
    whole = kernel(stored) if turned else stored
    if use.tensor.dtype not in _FLOATS and use.quantised is not None:
        whole = _scaled(store, use, stored, use.quantised, turned=turned)
    third, rest = divmod(whole.shape[0], 3)
    if name in _GATES:
        biases = use.taken_as == _BIASES
        yield from recurrent(whole, _GATES[name], biases=biases, halves=_HALVES if biases else ("",))
    elif node is not None and name in _THIRDS and not rest and not node.row("qkv_hidden_sizes"):
        for place, part in enumerate("qkv"):
            yield Parts(name=f"{use.name}.{part}", stored=whole, parts=((place * third, (place + 1) * third),))
    else:
        yield whole


def _scaled(store: Store, use: Use, stored: Dense, by: Quantised, *, turned: bool) -> TensorSource:
    rank = len(stored.shape)
    # A scale that is computed later changes all numbers alike.
    scale = _grid(store, by.scale, stored, by) if by.scale else channels([1.0], rank, 0)
    zero = _grid(store, by.zero, stored, by) if by.zero else None
    block = (by.axis % rank, by.block) if by.axis is not None and by.block and -rank <= by.axis < rank else None
    if turned:
        scale, zero = kernel(scale), kernel(zero) if zero else None
        block = (1 - block[0], block[1]) if block else None
    whole = kernel(stored) if turned else stored
    return affine(whole, scale, zero, name=use.name, dtype=DTYPES[use.tensor.dtype], block=block)


def _grid(store: Store, tensor: Tensor, stored: Dense, by: Quantised) -> TensorSource:
    grid = store.grid(tensor, _spread(tensor.shape, stored.shape, by, tensor.name))
    if grid is None:
        raise FormatError(f"the scales or zero points {tensor.name!r} cannot be had", offset=tensor.offset)
    return grid


def _spread(grid: tuple[int, ...], shape: tuple[int, ...], by: Quantised, name: str) -> tuple[int, ...]:
    """The shape of scales or zero points, in as many dimensions as the tensor that they belong to."""
    rank = len(shape)
    sizes = [size for size in grid if size != 1]
    if not sizes:
        return (1,) * rank
    if by.axis is None or by.block:
        if len(grid) <= rank:
            return (1,) * (rank - len(grid)) + grid
    elif len(sizes) == 1 and -rank <= by.axis < rank:
        axis = by.axis % rank
        return (1,) * axis + (sizes[0],) + (1,) * (rank - axis - 1)
    raise FormatError(f"{name!r} of shape {grid} cannot be the scales of a tensor of shape {shape}")
