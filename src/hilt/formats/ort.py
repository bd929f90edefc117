"""Reads what a model of ONNX Runtime's own format (`.ort`) says of its operators and tensors; never the numbers.

Specification: onnxruntime/core/flatbuffers/schema/ort.fbs of ONNX Runtime 1.20 (versions 1 to 6 of the format): a
FlatBuffer with the identifier ORTM: the version, and a model with graphs, whose nodes may hold graphs.

What can bite: operators of domains that ONNX Runtime does not have need a library of native code, and some call functions
of Python or hold programs compiled for one device, as in ONNX.

What hilt cannot see: what such libraries and programs do; bytes between the tables that nothing leads to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.flatbuffer import Flat
from hilt.formats.onnx import Operator
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

_GRAPH, _GRAPHS = 5, 10
"""Types of attributes, and the fields behind them are 7 and 12."""
_FILLED = 16
"""Zeros behind the last part, which align it at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ort:
    """A model. `operators` counts the nodes of each, those of inner graphs included; `functions` is there for whoever reads
    ONNX as well, and empty.
    """

    version: str
    producer: str
    operators: Mapping[Operator, int]
    functions: tuple[Operator, ...]
    initialisers: int
    graphs: int
    metadata: Mapping[str, str]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    flat = Flat(head.source, head.limits)
    try:
        root = flat.follow(0)
        return flat.text(root, 0).isdigit() and flat.table(root, 1) is not None
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Ort:
    """The model in `source`. Raises `FormatError` where an offset leads outside it."""
    flat = Flat(source, limits)
    root = flat.follow(0)
    version = flat.text(root, 0)
    model = flat.table(root, 1)
    if model is None:
        raise FormatError("the file holds no model", offset=root)
    walk = _Walk(flat, limits)
    graph = flat.table(model, 7)
    if graph is None:
        raise FormatError("the model holds no graph", offset=model)
    walk.graph(graph, 1)
    for table, field in ((model, 3), (model, 6), (model, 8)):
        flat.text(table, field)
    for opset in flat.tables(model, 1):
        flat.text(opset, 0)
    metadata = {flat.text(entry, 0): flat.text(entry, 1) for entry in flat.tables(model, 9)}
    behind = unowned([(0, flat.reach)], source.size)
    return Ort(
        version=version,
        producer=flat.text(model, 2),
        operators=MappingProxyType(dict(walk.operators)),
        functions=(),
        initialisers=walk.initialisers,
        graphs=walk.graphs,
        metadata=MappingProxyType(metadata),
        unowned=tuple(one for one in behind if not _fills(source, one)),
    )


class _Walk:
    def __init__(self, flat: Flat, limits: Limits) -> None:
        self._flat, self._limits = flat, limits
        self.operators = Counter[Operator]()
        self.initialisers = self.graphs = 0

    def graph(self, graph: int, depth: int) -> None:
        if depth > self._limits.graph_depth:
            raise LimitExceeded("graph_depth", depth, self._limits.graph_depth, offset=graph)
        self.graphs += 1
        for tensor in self._flat.tables(graph, 0):
            self.initialisers += 1
            self._tensor(tensor)
        for node in self._flat.tables(graph, 2):
            name = self._flat.text(node, 5)
            self.operators[Operator(domain=self._flat.text(node, 2), name=name)] += 1
            for attribute in self._flat.tables(node, 10):
                self._attribute(attribute, depth)

    def _attribute(self, attribute: int, depth: int) -> None:
        self._flat.text(attribute, 0)
        kind = self._flat.number(attribute, 2, "<i")
        inner = self._flat.table(attribute, 7) if kind == _GRAPH else None
        if inner is not None:
            self.graph(inner, depth + 1)
        for graph in self._flat.tables(attribute, 12) if kind == _GRAPHS else ():
            self.graph(graph, depth + 1)

    def _tensor(self, tensor: int) -> None:
        self._flat.text(tensor, 0)
        self._flat.length(tensor, 2, 8)
        self._flat.length(tensor, 4)


def _fills(source: ByteSource, stretch: Stretch) -> bool:
    size = stretch.end - stretch.begin
    return size < _FILLED and not any(source.read(stretch.begin, size))
