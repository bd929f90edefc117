"""Tensors of a TensorFlow graph: the constants of a frozen one, wherever its nodes stand.

Specification: node_def.proto, attr_value.proto and tensor.proto of TensorFlow 2.20. Numbers are the bytes of
`tensor_content`, or a packed row of `float_val` or `double_val`, which are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from hilt.core.errors import LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.protobuf import BYTES, VARINT, Field, Wire, inside, signed
from hilt.formats.saved_model import SAVED_MODEL
from hilt.formats.tensorflow_graph import META_GRAPH, is_graph
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.orientation.keras_names import is_of_optimiser
from hilt.formats.tensors.tensorflow_nodes import FLOATS, Node, used, uses

_TRANSPOSES = ("transpose_b", "adj_y")
_VALUES = {4: ("F32", "F64", "BF16", "F16"), 5: ("F32",), 6: ("F64",)}
"""The fields of a tensor that hold its numbers byte by byte, and for which types they do."""


def weights(given: Given) -> Iterator[TensorSource]:
    wire = Wire(given.source, given.limits)
    collector = _Graph(given, wire)
    for graph in _graphs(given, wire):
        yield from collector.tensors(graph)


def _graphs(given: Given, wire: Wire) -> Iterator[Field | None]:
    """The graphs of a SavedModel or of a checkpoint; None, which is the whole file, where it is a graph itself."""
    cut = Wire(given.source, given.limits, cut=True)
    if is_graph(cut, inside(cut, None, SAVED_MODEL) or {}, 2):
        for model in (field for field in wire.message() if field.key == (2, BYTES)):
            yield from (field for field in wire.message(within=model) if field.key == (2, BYTES))
    elif is_graph(cut, outer := inside(cut, None, META_GRAPH) or {}, 1):
        yield outer[2]
    else:
        yield None


class _Graph:
    def __init__(self, given: Given, wire: Wire) -> None:
        self._given, self._wire, self._limits = given, wire, given.limits
        self._kept = 0

    def tensors(self, graph: Field | None) -> Iterator[TensorSource]:
        """The constants of the graph and of its functions, each with its own names."""
        own: list[Field] = []
        for field in self._wire.message(within=graph):
            if field.key == (1, BYTES):
                own.append(field)
                self._count(field)
            elif field.key == (2, BYTES):
                for function in self._wire.message(within=field):
                    if function.key == (1, BYTES):
                        yield from self._of_nodes(list(self._parts(function, 3)))
        yield from self._of_nodes(own)

    def _of_nodes(self, fields: list[Field]) -> Iterator[TensorSource]:
        nodes: list[Node] = []
        constants: list[TensorSource] = []
        for field in fields:
            node, value = self._node(field)
            nodes.append(node)
            if value is not None and (constant := self._constant(node.name, value)) is not None:
                constants.append(constant)
        taken = uses(nodes)
        for constant in constants:
            if not is_of_optimiser(constant.name):
                yield used(constant, taken.get(constant.name))

    def _node(self, within: Field) -> tuple[Node, Field | None]:
        """A node, and of a constant its tensor."""
        name, operator, inputs, attributes = "", "", list[str](), list[Field]()
        for field in self._wire.message(within=within):
            if field.key == (1, BYTES):
                name = self._wire.text(field)
            elif field.key == (2, BYTES):
                operator = self._wire.text(field)
            elif field.key == (3, BYTES):
                inputs.append(self._wire.text(field))
                self._count(field)
            elif field.key == (5, BYTES):
                attributes.append(field)
        transposed, value = False, None
        for attribute in attributes:
            parts = {part.number: part for part in self._wire.message(within=attribute) if part.wire == BYTES}
            if 1 not in parts or 2 not in parts or parts[1].end - parts[1].start > 16:
                continue
            key = self._wire.text(parts[1])
            for said in self._wire.message(within=parts[2]) if key in (*_TRANSPOSES, "value") else ():
                if key == "value" and operator == "Const" and said.key == (8, BYTES):
                    value = said
                elif key in _TRANSPOSES and said.key == (5, VARINT):
                    transposed = said.value != 0
        return Node(name, operator, tuple(inputs), transposed), value

    def _constant(self, name: str, tensor: Field) -> TensorSource | None:
        dtype, shape, values = "", tuple[int, ...](), list[Field]()
        for field in self._wire.message(within=tensor, numbers=True):
            if field.key == (1, VARINT):
                dtype = FLOATS.get(field.value, "")
            elif field.key == (2, BYTES):
                shape = self._shape(field)
            elif field.wire == BYTES and field.number in _VALUES:
                values.append(field)
            elif field.number > 4:
                return None
        if not dtype or not shape or min(shape) <= 0 or len(values) != 1:
            return None
        value, needed = values[0], prod(shape) * SIZES[dtype]
        if value.end - value.start != needed or dtype not in _VALUES[value.number]:
            return None
        return Dense(name=name, dtype=dtype, shape=shape, source=self._given.source, begin=value.start)

    def _shape(self, within: Field) -> tuple[int, ...]:
        sizes = [
            next((signed(size.value) for size in self._wire.message(within=part) if size.key == (1, VARINT)), 0)
            for part in self._parts(within, 2)
        ]
        if len(sizes) > self._limits.graph_tensor_rank:
            raise LimitExceeded("graph_tensor_rank", len(sizes), self._limits.graph_tensor_rank, offset=within.start)
        return tuple(sizes)

    def _parts(self, within: Field, number: int) -> Iterator[Field]:
        for field in self._wire.message(within=within):
            if field.key == (number, BYTES):
                self._count(field)
                yield field

    def _count(self, field: Field) -> None:
        self._kept += 1
        allowed = self._limits.header_entries
        if self._kept > allowed:
            raise LimitExceeded("header_entries", self._kept, allowed, offset=field.start)
