from __future__ import annotations

import random

import pytest

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensorflow_graph import TensorflowGraph
from reading import read

GRAPH = b"""\
# made by hand
node {
  name: "x"
  op: "Placeholder"
}
node { name: "p" op: "PrintV2" attr { key: "output_stream" value { s: "file:///tmp/x" } } }
library {
  function {
    node_def { name: "r" op: "ReadFile" }
    signature { name: "inner" }
  }
  function { signature { name: "outer" } node_def { name: "m" op: "MatMul" } }
}
versions { producer: 1 }
"""


def saved_model(graph: bytes) -> bytes:
    assets = b'  asset_file_def { filename: "vocabulary.txt" }\n'
    return b"saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n" + graph + b"}\n" + assets + b"}\n"


def graph(data: bytes, name: str = "saved_model.pbtxt", limits: Limits = Limits()) -> TensorflowGraph:  # noqa: B008
    file = read(data, name, limits)
    assert (file.format, file.error) == ("tensorflow-text", None)
    assert isinstance(file.value, TensorflowGraph)
    return file.value


@pytest.mark.parametrize("name", ["graph.pbtxt", "notes.txt"])
def test_nodes_and_functions_are_read_whatever_the_name(name: str) -> None:
    found = graph(GRAPH, name)
    uses = [(use.operator, use.function, use.node) for use in found.uses]
    assert uses == [
        ("Placeholder", "", "x"),
        ("PrintV2", "", "p"),
        ("ReadFile", "inner", "r"),
        ("MatMul", "outer", "m"),
    ]
    assert (found.functions, found.targets) == (2, (("PrintV2", "file:///tmp/x"),))


def test_a_saved_model_holds_its_graph_and_its_assets() -> None:
    found = graph(saved_model(GRAPH))
    assert found.operators == graph(GRAPH).operators
    assert found.assets == ("vocabulary.txt",)


@pytest.mark.parametrize("text", [b"name: x\n", b"node: 1\n", b"library: 2.0\nversion: 1\n", b"graph of a node\n"])
def test_other_texts_are_not_taken_for_graphs(text: bytes) -> None:
    assert read(text, "config.pbtxt").format != "tensorflow-text"


def test_a_cut_or_changed_graph_ends_in_a_value_or_a_format_error() -> None:
    from hilt.core.byte_source import MemorySource
    from hilt.formats import tensorflow_text

    chance = random.Random(1)
    changed = [saved_model(GRAPH)[:length] for length in range(len(saved_model(GRAPH)))]
    for _ in range(300):
        data = bytearray(GRAPH)
        data[chance.randrange(len(data))] = chance.randrange(256)
        changed.append(bytes(data))
    for data in changed:
        try:
            tensorflow_text.read(MemorySource(data), Limits())
        except FormatError:
            continue


def test_a_graph_of_too_many_nodes_is_refused() -> None:
    file = read(b'node { name: "x%d" op: "MatMul" }\n' % 1 + GRAPH, "graph.pbtxt", Limits(graph_items=2))
    assert isinstance(file.error, LimitExceeded)
