"""Reads the `saved_model.pb` of a TensorFlow SavedModel: its graphs, their functions and the assets they name.

Specification: saved_model.proto and meta_graph.proto of TensorFlow 2.20: a schema version (1) and graphs with metadata.

What can bite: the graph is a program: it can read, write and list files, call Python and talk to servers when the model
is called, and some of it as it is loaded. Keras builds Lambda layers from stored byte code.

What hilt cannot see: paths that the graph computes; what operators of other libraries do; which part of the graph a
server calls; the weights.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, VARINT, Known, Wire, opening
from hilt.formats.reader import Head
from hilt.formats.tensorflow_graph import Collector, TensorflowGraph, is_graph

SAVED_MODEL = {1: VARINT, 2: BYTES}
VERSION = 1


def probe(head: Head) -> bool:
    opened = opening(head, SAVED_MODEL)
    if opened is None or 1 not in opened[1] or opened[1][1].value != VERSION:
        return False
    return is_graph(*opened, 2)


def read(source: ByteSource, limits: Limits) -> TensorflowGraph:
    """The graphs in `source` as one. Raises `FormatError` where the bytes are no protobuf of that shape."""
    wire = Wire(source, limits)
    collector = Collector(wire, limits)
    known = Known(wire, SAVED_MODEL, repeated=(2,))
    for field in known:
        if field.key == (1, VARINT) and field.value != VERSION:
            raise FormatError(f"version {field.value} of the SavedModel format is not known", offset=field.start)
        if field.key == (2, BYTES):
            collector.meta_graph(field)
    if known.unowned:
        raise FormatError("the model has fields that no SavedModel has", offset=known.unowned[0].begin)
    return collector.result()
