"""Reads the graphs of a model of ONNX Runtime's own format node by node, as `onnx_graph.py` does those of ONNX.

Specification: ort.fbs of ONNX Runtime 1.20, as in `ort.py`. Numbers in tensors are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.flatbuffer import Flat
from hilt.formats.onnx import Operator
from hilt.formats.onnx_graph import Graph, Graphs, Node
from hilt.formats.onnx_tensor import DTYPES, RAW, Data, Tensor

_INTEGER, _TENSOR, _GRAPH, _INTEGERS, _GRAPHS = 2, 4, 5, 7, 10
"""Types of attributes."""
_MOST = 512
"""Whole numbers of an attribute that is a setting."""


def graphs(source: ByteSource, limits: Limits) -> Graphs:
    """The graphs of the model in `source`. Raises `FormatError` where an offset leads outside it."""
    flat = Flat(source, limits)
    model = flat.table(flat.follow(0), 1)
    main = None if model is None else flat.table(model, 7)
    if main is None:
        raise FormatError("the file holds no graph", offset=0)
    return Graphs(main=_graph(flat, main, limits, 1), functions=MappingProxyType({}))


def _graph(flat: Flat, table: int, limits: Limits, depth: int) -> Graph:
    if depth > limits.graph_depth:
        raise LimitExceeded("graph_depth", depth, limits.graph_depth, offset=table)
    return Graph(
        nodes=tuple(_node(flat, node, limits, depth) for node in flat.tables(table, 2)),
        initialisers=tuple(_tensor(flat, tensor) for tensor in flat.tables(table, 0)),
    )


def _node(flat: Flat, table: int, limits: Limits, depth: int) -> Node:
    attributes = tuple(flat.tables(table, 10))
    domain = flat.text(table, 2)
    return Node(
        operator=Operator(domain="" if domain == "ai.onnx" else domain, name=flat.text(table, 5)),
        inputs=flat.texts(table, 8),
        outputs=flat.texts(table, 9),
        settings=MappingProxyType(dict(setting for one in attributes for setting in _settings(flat, one))),
        tensors=tuple(_tensor(flat, held) for one in attributes for held in _held(flat, one, _TENSOR, 6)),
        graphs=tuple(
            _graph(flat, held, limits, depth + 1)
            for one in attributes
            for held in (*_held(flat, one, _GRAPH, 7), *_all_held(flat, one))
        ),
    )


def _settings(flat: Flat, attribute: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    kind = flat.number(attribute, 2, "<i")
    if kind == _INTEGER:
        yield flat.text(attribute, 0), (flat.number(attribute, 4, "<q"),)
    elif kind == _INTEGERS and flat.length(attribute, 9, 8) <= _MOST:
        yield flat.text(attribute, 0), flat.numbers(attribute, 9, "<q")


def _held(flat: Flat, attribute: int, kind: int, field: int) -> Iterator[int]:
    held = flat.table(attribute, field) if flat.number(attribute, 2, "<i") == kind else None
    if held is not None:
        yield held


def _all_held(flat: Flat, attribute: int) -> Iterator[int]:
    if flat.number(attribute, 2, "<i") == _GRAPHS:
        yield from flat.tables(attribute, 12)


def _tensor(flat: Flat, table: int) -> Tensor:
    dtype, (begin, end) = flat.number(table, 3, "<i"), flat.place(table, 4)
    return Tensor(
        name=flat.text(table, 0),
        dtype=DTYPES[dtype] if 0 <= dtype < len(DTYPES) else str(dtype),
        shape=flat.numbers(table, 2, "<q"),
        external=MappingProxyType({}),
        is_external=False,
        offset=table,
        data=Data(RAW, begin, end) if end > begin else None,
    )
