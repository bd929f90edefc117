"""Reads a TensorFlow graph, frozen or of a checkpoint: which operators its nodes and functions apply.

Specification: graph.proto, function.proto, meta_graph.proto and saved_model.proto of TensorFlow 2.20, all protobuf. A
`.pb` file is a GraphDef, the `.meta` of a checkpoint a MetaGraphDef, the `saved_model.pb` of a SavedModel a SavedModel
(`saved_model.py`). Tensors inside the graph are skipped.

What can bite: the graph is a program: operators read, write and list files, call Python, talk to servers and load
further graphs and data.

What hilt cannot see: paths that the graph computes; what operators of other libraries do; the tensors inside of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.keras_metadata import class_names
from hilt.formats.protobuf import BYTES, VARINT, Field, Known, Wire, inside, opening
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

T = TypeVar("T")

GRAPH = {1: BYTES, 2: BYTES, 3: VARINT, 4: BYTES, 5: BYTES}
META_GRAPH = dict.fromkeys((1, 2, 3, 4, 5, 6, 7), BYTES)
_NODE = dict.fromkeys((1, 2, 3, 4, 5, 6, 7), BYTES)
_OPERATOR = re.compile(r"_?[A-Za-z][A-Za-z0-9_>.]*")
WITH_TARGETS = ("PrintV2", "DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount",
                "DebugNumericSummary", "DebugNumericSummaryV2", "DecodeProtoV2", "EncodeProto")  # fmt: skip
"""Operators that write to or read from where their attributes say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An operator in one function (empty: the graph itself) and one top scope of names, and how many nodes apply it."""

    operator: str
    function: str
    node: str
    """The name of the first of them."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorflowGraph:
    """What the graphs of a file hold.

    `targets` are the (operator, text) of attributes that may name a place to write to or to read from, `unowned` the
    fields that the specification does not have.
    """

    uses: tuple[Use, ...]
    functions: int
    targets: tuple[tuple[str, str], ...]
    assets: tuple[str, ...]
    tags: tuple[str, ...]
    keras_classes: tuple[str, ...]
    """Classes of layers that Keras would build again from metadata beside the graph."""
    tensorflow_version: str
    unowned: tuple[Stretch, ...]

    @property
    def operators(self) -> dict[str, int]:
        """How many nodes apply each operator."""
        counts: dict[str, int] = {}
        for use in self.uses:
            counts[use.operator] = counts.get(use.operator, 0) + use.count
        return counts


def probe(head: Head) -> bool:
    for schema, level in ((GRAPH, 0), (META_GRAPH, 1)):
        opened = opening(head, schema)
        if opened and is_graph(opened[0], opened[1], level):
            return True
    return False


def is_graph(wire: Wire, fields: dict[int, Field], level: int) -> bool:
    """Are these the fields of a graph (`level` 0), of a meta graph (1) or of a saved model (2) with a node in it?"""
    for schema in (META_GRAPH, GRAPH)[2 - level :]:
        if 2 not in fields or (below := inside(wire, fields[2], schema)) is None:
            return False
        fields = below
    node = inside(wire, fields[1], _NODE) if 1 in fields else None
    if node is None or 1 not in node or 2 not in node:
        return False
    try:
        return wire.text(node[1]).isprintable() and bool(_OPERATOR.fullmatch(wire.text(node[2])))
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> TensorflowGraph:
    """The graph in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    wire = Wire(source, limits)
    collector = Collector(wire, limits)
    fields = inside(Wire(source, limits, cut=True), None, META_GRAPH) or {}
    if is_graph(wire, fields, 1):
        collector.meta_graph(None)
    else:
        collector.graph(None)
    return collector.result()


class Collector:
    """Collects what graphs hold while their messages are walked."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self._wire, self._limits = wire, limits
        self._uses: dict[tuple[str, str, str], Use] = {}
        self._targets: list[tuple[str, str]] = []
        self._assets: list[str] = []
        self._tags: list[str] = []
        self._keras: set[str] = set()
        self._unowned: list[Stretch] = []
        self._version, self._functions = "", 0

    def result(self) -> TensorflowGraph:
        if not self._uses:
            raise FormatError("the graph holds no node")
        return TensorflowGraph(
            uses=tuple(self._uses.values()),
            functions=self._functions,
            targets=tuple(self._targets),
            assets=tuple(self._assets),
            tags=tuple(self._tags),
            keras_classes=tuple(sorted(self._keras)),
            tensorflow_version=self._version,
            unowned=tuple(self._unowned),
        )

    def _known(self, schema: dict[int, int], repeated: tuple[int, ...], within: Field | None) -> Iterator[Field]:
        """The fields that the schema has, and a note of the others."""
        known = Known(self._wire, schema, repeated=repeated, within=within)
        yield from known
        for stretch in known.unowned:
            self._keep(self._unowned, stretch, stretch.begin)

    def meta_graph(self, within: Field | None) -> None:
        for field in self._known(META_GRAPH, (4, 5, 6), within):
            match field.key:
                case (1, 2):
                    for part in self._wire.message(within=field):
                        if part.key == (4, BYTES):
                            self._keep(self._tags, self._wire.text(part), part.start)
                        elif part.key == (5, BYTES):
                            self._version = self._wire.text(part)
                case (2, 2):
                    self.graph(field)
                case (6, 2):
                    for part in self._wire.message(within=field):
                        if part.key == (2, BYTES):
                            self._keep(self._assets, self._wire.text(part), part.start)
                case (7, 2):
                    for node in self._wire.message(within=field):
                        self._object(node)

    def _object(self, within: Field) -> None:
        """A node of the object graph (1), which may be a user object (4) with Keras' metadata (3)."""
        if within.key != (1, BYTES):
            return
        for field in self._wire.message(within=within):
            if field.key == (4, BYTES):
                for part in self._wire.message(within=field):
                    if part.key == (3, BYTES):
                        self._keras |= class_names(self._wire.bytes(part), self._limits)

    def graph(self, within: Field | None) -> None:
        for field in self._known(GRAPH, (1,), within):
            if field.key == (1, BYTES):
                self._node(field, "")
            elif field.key == (2, BYTES):
                for part in self._wire.message(within=field):
                    if part.key == (1, BYTES):
                        self._function(part)

    def _function(self, within: Field) -> None:
        self._functions += 1
        name = ""
        for field in self._wire.message(within=within):
            if field.key == (1, BYTES):
                for part in self._wire.message(within=field):
                    if part.key == (1, BYTES):
                        name = self._wire.text(part)
            elif field.key == (3, BYTES):
                self._node(field, name)

    def _node(self, within: Field, function: str) -> None:
        name, operator, attributes = "", "", list[Field]()
        for field in self._wire.message(within=within):
            match field.key:
                case (1, 2):
                    name = self._wire.text(field)
                case (2, 2):
                    operator = self._wire.text(field)
                case (5, 2):
                    attributes.append(field)
        key = (function, name.partition("/")[0] if not function else "", operator)
        use = self._uses.get(key) or Use(operator=operator, function=function, node=name, count=0)
        self._uses[key] = replace(use, count=use.count + 1)
        if len(self._uses) > self._limits.graph_items:
            raise LimitExceeded("graph_items", len(self._uses), self._limits.graph_items, offset=within.start)
        if operator in WITH_TARGETS:
            for attribute in attributes:
                for text in self._texts(attribute):
                    self._keep(self._targets, (operator, text), attribute.start)

    def _texts(self, attribute: Field) -> Iterator[str]:
        """The byte strings of an attribute: AttrValue.s, and AttrValue.list.s."""
        for value in self._wire.message(within=attribute):
            if value.key != (2, BYTES):
                continue
            for field in self._wire.message(within=value):
                if field.key == (2, BYTES):
                    yield self._wire.text(field)
                elif field.key == (1, BYTES):
                    yield from (
                        self._wire.text(item)
                        for item in self._wire.message(within=field, numbers=False)
                        if item.key == (2, BYTES)
                    )

    def _keep(self, kept: list[T], item: T, at: int) -> None:
        kept.append(item)
        if len(kept) > self._limits.graph_items:
            raise LimitExceeded("graph_items", len(kept), self._limits.graph_items, offset=at)
