"""Reads what an ONNX file says of its graphs, operators and tensors; never the numbers in the tensors.

Specification: onnx.proto of ONNX 1.23 (IR version 14), a protobuf whose message is ModelProto. Weights lie inside it,
or in files that tensors name as external data, which are not opened here.

What can bite: operators that the runtime does not have are native code of the publisher, and some call Python functions
by name; external data may be read from any path; a function of the file can take the place of a standard operator.

What hilt cannot see: what a custom operator's library does; what the graph computes, so that a backdoor made of
ordinary operators stays unseen; the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.onnx_tensor import Tensor, pair, tensor
from hilt.formats.protobuf import BYTES, VARINT, Field, Known, Wire, inside, opening, signed
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

MODEL = {1: VARINT, 2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT, 6: BYTES, 7: BYTES, 8: BYTES, 14: BYTES, 20: BYTES,
          25: BYTES, 26: BYTES}  # fmt: skip
_REPEATED = (8, 14, 20, 25, 26)
GRAPH = dict.fromkeys((1, 2, 5, 10, 11, 12, 13, 14, 15, 16), BYTES)
NODE = dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opset:
    """A set of operators that the file asks for; the empty domain is ONNX's own."""

    domain: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What a node applies: an operator of a domain, or a function of the file."""

    domain: str
    name: str

    def __str__(self) -> str:
        return f"{self.domain or 'ai.onnx'}::{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Onnx:
    """A model: what it says of itself, and what its graphs hold, those inside nodes and functions included.

    `operators` counts nodes. `functions` are those that the file defines. `unowned` are the fields of the model that
    the specification does not have.
    """

    ir_version: int
    producer: str
    producer_version: str
    opsets: tuple[Opset, ...]
    metadata: Mapping[str, str]
    operators: Mapping[Operator, int]
    functions: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    graphs: int
    training_graphs: int
    unowned: tuple[Stretch, ...]

    @property
    def parameters(self) -> int:
        return sum(tensor.parameters for tensor in self.tensors)


def probe(head: Head) -> bool:
    opened = opening(head, MODEL)
    if opened is None:
        return False
    wire, model = opened
    graph = inside(wire, model[7], GRAPH) if 7 in model else None
    if graph is None:
        return False
    if 1 not in graph:
        # A graph without nodes: its value names must be there instead.
        return 8 in model and not graph.keys().isdisjoint((11, 12))
    node = inside(wire, graph[1], NODE)
    if node is None or 4 not in node:
        return False
    try:
        return wire.text(node[4]).isprintable()
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Onnx:
    """The model in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    return _Model(source, limits).read()


class _Model:
    """Collects one model while its messages are walked."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.wire, self.limits = Wire(source, limits), limits
        self.operators: Counter[tuple[str, str]] = Counter()
        self.tensors: list[Tensor] = []
        self.graphs = 0

    def read(self) -> Onnx:
        text, numbers, opsets, metadata = {2: "", 3: ""}, {1: 0}, list[Opset](), dict[str, str]()
        functions, training = list[Operator](), 0
        known = Known(self.wire, MODEL, repeated=_REPEATED)
        for field in known:
            match field.key:
                case (1, 0):
                    numbers[1] = signed(field.value)
                case (2 | 3, 2):
                    text[field.number] = self.wire.text(field)
                case (7, 2):
                    self._graph(field, 0)
                case (8, 2):
                    opsets.append(self._opset(field))
                case (14, 2):
                    metadata.update([pair(self.wire, field)])
                case (20, 2):
                    training += 1
                    for part in self.wire.message(within=field):
                        if part.key in ((1, BYTES), (2, BYTES)):
                            self._graph(part, 0)
                case (25, 2):
                    functions.append(self._function(field))
            self._bound(len(opsets) + len(metadata) + len(functions), field)
        if not self.graphs:
            raise FormatError("the model holds no graph")
        return Onnx(
            ir_version=numbers[1],
            producer=text[2],
            producer_version=text[3],
            opsets=tuple(opsets),
            metadata=MappingProxyType(metadata),
            operators=MappingProxyType(
                {Operator(domain=domain, name=name): count for (domain, name), count in self.operators.items()}
            ),
            functions=tuple(functions),
            tensors=tuple(self.tensors),
            graphs=self.graphs,
            training_graphs=training,
            unowned=known.unowned,
        )

    def _graph(self, within: Field, depth: int) -> None:
        if depth >= self.limits.graph_depth:
            raise LimitExceeded("graph_depth", depth + 1, self.limits.graph_depth, offset=within.start)
        self.graphs += 1
        for field in self.wire.message(within=within):
            match field.key:
                case (1, 2):
                    self._node(field, depth)
                case (5, 2):
                    self._tensor(field)
                case (15, 2):
                    self._sparse(field)

    def _function(self, within: Field) -> Operator:
        name = domain = ""
        for field in self.wire.message(within=within):
            match field.key:
                case (1, 2):
                    name = self.wire.text(field)
                case (7, 2):
                    self._node(field, 0)
                case (10, 2):
                    domain = self.wire.text(field)
                case (11, 2):
                    self._attribute(field, 0)
        return Operator(domain=domain, name=name)

    def _node(self, within: Field, depth: int) -> None:
        name = domain = ""
        for field in self.wire.message(within=within):
            match field.key:
                case (4, 2):
                    name = self.wire.text(field)
                case (5, 2):
                    self._attribute(field, depth)
                case (7, 2):
                    domain = self.wire.text(field)
        self.operators[domain, name] += 1
        self._bound(len(self.operators), within)

    def _attribute(self, within: Field, depth: int) -> None:
        for field in self.wire.message(within=within, numbers=False):
            match field.key:
                case (5 | 10, 2):
                    self._tensor(field)
                case (6 | 11, 2):
                    self._graph(field, depth + 1)
                case (22 | 23, 2):
                    self._sparse(field)

    def _sparse(self, within: Field) -> None:
        for field in self.wire.message(within=within):
            if field.key in ((1, BYTES), (2, BYTES)):
                self._tensor(field)

    def _tensor(self, within: Field) -> None:
        self.tensors.append(tensor(self.wire, within, self.limits))
        self._bound(len(self.tensors), within)

    def _opset(self, within: Field) -> Opset:
        domain, version = "", 0
        for field in self.wire.message(within=within):
            if field.key == (1, BYTES):
                domain = self.wire.text(field)
            elif field.key == (2, VARINT):
                version = signed(field.value)
        return Opset(domain=domain, version=version)

    def _bound(self, seen: int, field: Field) -> None:
        if seen > self.limits.graph_items:
            raise LimitExceeded("graph_items", seen, self.limits.graph_items, offset=field.start)
