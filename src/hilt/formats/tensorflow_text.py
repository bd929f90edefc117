"""Reads a TensorFlow graph that is written as text (`.pbtxt`): what `tensorflow_graph` reads in bytes.

Specification: graph.proto, function.proto, meta_graph.proto and saved_model.proto of TensorFlow 2.20, in the text format of
protobuf. TensorFlow loads `saved_model.pbtxt` where no `saved_model.pb` lies beside it.

What can bite: the graph is a program: operators read, write and list files, call Python, talk to servers and load
further graphs and data.

What hilt cannot see: paths that the graph computes; what operators of other libraries do; the tensors inside of it.
"""

from __future__ import annotations

from dataclasses import replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import text
from hilt.formats.reader import Head
from hilt.formats.tensorflow_graph import WITH_TARGETS, TensorflowGraph, Use
from hilt.formats.textproto import Field, fields

_AROUND = ("meta_graphs", "graph_def")
_TOP = {
    "saved_model_schema_version", "meta_graphs", "meta_info_def", "graph_def", "saver_def", "collection_def", "signature_def",
    "asset_file_def", "object_graph_def", "node", "library", "versions", "version", "debug_info",
}  # fmt: skip


def probe(head: Head) -> bool:
    """Only fields of a graph, and an operator among them, as far as the head goes."""
    if text.encoding_of(head.data) is None:
        return False
    found = False
    try:
        for field in fields(head.data.decode("utf-8", "replace"), head.limits):
            if field.path[0] not in _TOP:
                return False
            inner = _inner(field)
            found |= inner in (("node", "op"), ("library", "function")) or field.path == ("meta_graphs",)
    except FormatError:
        pass  # the head ends anywhere
    return found


def read(source: ByteSource, limits: Limits) -> TensorflowGraph:
    """The graph in `source`, read to its last character. Raises `FormatError` where it is none."""
    graph = _Graph(limits)
    for field in fields(text.whole(source, limits), limits):
        graph.add(_inner(field), field)
    return graph.result()


def _inner(field: Field) -> tuple[str, ...]:
    """The path of a field inside of its graph."""
    path = field.path
    while path and path[0] in _AROUND:
        path = path[1:]
    return path


class _Graph:
    """Collects what graphs hold while their fields are walked."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._uses: dict[tuple[str, str, str], Use] = {}
        self._targets: list[tuple[str, str]] = []
        self._assets: list[str] = []
        self._functions = 0
        self._function, self._name, self._operator = "", "", ""
        self._texts: list[str] = []
        self._waiting: list[Use] = []

    def add(self, path: tuple[str, ...], field: Field) -> None:
        match path:
            case ("library", "function") if field.value is None:
                self._node_done()
                self._function_done()
                self._functions += 1
            case ("library", "function", "signature", "name"):
                self._function = field.value or ""
            case ("node",):
                self._node_done()
                self._function_done()
            case ("library", "function", "node_def"):
                self._node_done()
            case ("node", "name") | ("library", "function", "node_def", "name"):
                self._name = field.value or ""
            case ("node", "op") | ("library", "function", "node_def", "op"):
                self._operator = field.value or ""
            case ("node", "attr", *_, "s") | ("library", "function", "node_def", "attr", *_, "s"):
                self._texts.append(field.value or "")
            case ("asset_file_def", "filename"):
                self._assets.append(field.value or "")
        held = len(self._uses) + len(self._texts) + len(self._targets) + len(self._assets) + len(self._waiting)
        if held > self._limits.graph_items:
            raise LimitExceeded("graph_items", held, self._limits.graph_items)

    def result(self) -> TensorflowGraph:
        self._node_done()
        self._function_done()
        if not self._uses:
            raise FormatError("the graph holds no node")
        return TensorflowGraph(
            uses=tuple(self._uses.values()),
            functions=self._functions,
            targets=tuple(self._targets),
            assets=tuple(self._assets),
            tags=(),
            keras_classes=(),
            tensorflow_version="",
            unowned=(),
        )

    def _node_done(self) -> None:
        """The node before is complete; the name of its function may still follow."""
        if self._operator:
            self._waiting.append(Use(operator=self._operator, function="", node=self._name, count=1))
            if self._operator in WITH_TARGETS:
                self._targets.extend((self._operator, target) for target in self._texts)
        self._name, self._operator, self._texts = "", "", []

    def _function_done(self) -> None:
        for waiting in self._waiting:
            use = replace(waiting, function=self._function)
            key = (use.function, use.node.partition("/")[0] if not use.function else "", use.operator)
            known = self._uses.get(key)
            self._uses[key] = replace(known, count=known.count + 1) if known else use
        self._waiting, self._function = [], ""
