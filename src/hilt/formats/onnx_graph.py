"""Reads the graphs of an ONNX file node by node: what each takes, gives and holds, for whoever follows a weight to its use.

Specification: GraphProto, NodeProto and FunctionProto of onnx.proto, as in `onnx.py`, which tells what a file says as a
whole. Numbers in tensors are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import KIB, Limits
from hilt.formats.onnx import Operator
from hilt.formats.onnx_tensor import Tensor, tensor
from hilt.formats.protobuf import BYTES, Field, Wire, signed

_LONG = 4 * KIB
"""An attribute of more bytes holds no setting but numbers, which are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node. `settings` are its attributes that are whole numbers, rows of them, or a text."""

    operator: Operator
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, tuple[int, ...] | str]
    tensors: tuple[Tensor, ...] = ()
    graphs: tuple[Graph, ...] = ()

    def number(self, setting: str, default: int) -> int:
        """A setting that is one number; `default` where there is none of that name."""
        value = self.settings.get(setting)
        return value[0] if isinstance(value, tuple) and value else default

    def row(self, setting: str) -> tuple[int, ...]:
        value = self.settings.get(setting)
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph, or the body of a function: then `inputs` are the names that it has for what it is given."""

    nodes: tuple[Node, ...]
    initialisers: tuple[Tensor, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphs:
    """The graph of a model, the functions that the file defines, and the names of its sparse initialisers."""

    main: Graph
    functions: Mapping[Operator, Graph]
    sparse: tuple[str, ...] = ()


def graphs(source: ByteSource, limits: Limits) -> Graphs:
    """The graphs of the model in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    return _Walk(source, limits).graphs()


class _Walk:
    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._wire, self._limits, self._kept = Wire(source, limits), limits, 0
        self._sparse: list[str] = []

    def graphs(self) -> Graphs:
        main, functions = Graph(nodes=()), dict[Operator, Graph]()
        for field in self._wire.message():
            if field.key == (7, BYTES):
                main = self._graph(field, 0)
            elif field.key == (25, BYTES):
                functions.update([self._function(field)])
        return Graphs(main=main, functions=MappingProxyType(functions), sparse=tuple(self._sparse))

    def _graph(self, within: Field, depth: int) -> Graph:
        if depth >= self._limits.graph_depth:
            raise LimitExceeded("graph_depth", depth + 1, self._limits.graph_depth, offset=within.start)
        nodes, initialisers = list[Node](), list[Tensor]()
        for field in self._wire.message(within=within):
            if field.key == (1, BYTES):
                nodes.append(self._node(field, depth))
            elif field.key == (5, BYTES):
                self._keep(1, field)
                initialisers.append(tensor(self._wire, field, self._limits))
            elif field.key == (15, BYTES):
                self._keep(1, field)
                self._sparse += self._names(field)
        return Graph(nodes=tuple(nodes), initialisers=tuple(initialisers))

    def _names(self, within: Field) -> Iterator[str]:
        """The name of a sparse tensor, which is that of its values."""
        for field in self._wire.message(within=within):
            if field.key == (1, BYTES):
                yield tensor(self._wire, field, self._limits).name

    def _function(self, within: Field) -> tuple[Operator, Graph]:
        name, domain, inputs, nodes = "", "", list[str](), list[Node]()
        for field in self._wire.message(within=within):
            match field.key:
                case (1, 2):
                    name = self._wire.text(field)
                case (4, 2):
                    self._keep(1, field)
                    inputs.append(self._wire.text(field))
                case (7, 2):
                    nodes.append(self._node(field, 0))
                case (10, 2):
                    domain = self._wire.text(field)
        return Operator(domain=_domain(domain), name=name), Graph(nodes=tuple(nodes), inputs=tuple(inputs))

    def _node(self, within: Field, depth: int) -> Node:
        name, domain = "", ""
        inputs, outputs, settings = list[str](), list[str](), dict[str, tuple[int, ...] | str]()
        tensors, inner = list[Tensor](), list[Graph]()
        for field in self._wire.message(within=within):
            match field.key:
                case (1, 2):
                    inputs.append(self._wire.text(field))
                case (2, 2):
                    outputs.append(self._wire.text(field))
                case (4, 2):
                    name = self._wire.text(field)
                case (5, 2):
                    settings.update(self._attribute(field, depth, tensors, inner))
                case (7, 2):
                    domain = self._wire.text(field)
            self._keep(1, field)
        return Node(
            operator=Operator(domain=_domain(domain), name=name),
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            settings=MappingProxyType(settings),
            tensors=tuple(tensors),
            graphs=tuple(inner),
        )

    def _attribute(
        self, within: Field, depth: int, tensors: list[Tensor], inner: list[Graph]
    ) -> Iterator[tuple[str, tuple[int, ...] | str]]:
        name, numbers, text = "", list[int](), ""
        for field in self._wire.message(within=within, numbers=within.end - within.start <= _LONG):
            match field.key:
                case (1, 2):
                    name = self._wire.text(field)
                case (3, 0):
                    numbers.append(signed(field.value))
                case (4, 2) if field.end - field.start <= _LONG:
                    text = self._wire.text(field)
                case (5, 2):
                    tensors.append(tensor(self._wire, field, self._limits))
                case (6, 2):
                    inner.append(self._graph(field, depth + 1))
                case (8, 0 | 2) if field.end - field.start <= _LONG:
                    numbers.extend(map(signed, self._wire.varints(field)))
        if numbers or text:
            self._keep(1, within)
            yield name, tuple(numbers) if numbers else text

    def _keep(self, count: int, field: Field) -> None:
        self._kept += count
        if self._kept > _KEPT_EACH * self._limits.graph_items:
            raise LimitExceeded("graph_items", self._kept // _KEPT_EACH, self._limits.graph_items, offset=field.start)


_KEPT_EACH = 8
"""Names and settings of a node, about."""


def _domain(domain: str) -> str:
    """ONNX's own operators have two names for their domain."""
    return "" if domain == "ai.onnx" else domain
