from __future__ import annotations

import io
import zipfile

import pytest

from attacks import graphs
from hilt.checks.inspect.hidden_bytes import CHECK
from hilt.core.finding import Severity
from reading import findings, read
from told import told

HONEST = {
    "model.onnx": graphs.HONEST["onnx"][1],
    "model.mlmodel": graphs.HONEST["coreml"][1],
    "model.pdmodel": graphs.HONEST["paddle-program"][1],
    "model.tflite": graphs.tflite("Own"),
    "weight.bin": graphs.coreml_weights(5, 70),
    "frozen.pb": graphs.HONEST["tensorflow-graph"][1],
    "saved_model.pb": graphs.saved_model(),
    "model.meta": graphs.meta_graph(graphs.HONEST["tensorflow-graph"][1]),
    "variables.index": graphs.HONEST["tensorflow-variables"][1],
}
APPENDED = ("model.tflite", "weight.bin")


def with_files(model: bytes, *names: str) -> bytes:
    """The model, and a zip with these files behind it, as TensorFlow Lite's metadata has them."""
    out = io.BytesIO(model)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as file:
        for name in names:
            file.writestr(name, b"a label\n" if name.endswith(".txt") else b"\x80\4cos\nsystem\n\x8c\4hilt\x85R.")
    return out.getvalue()


@pytest.mark.parametrize("name", HONEST)
def test_a_file_of_which_every_byte_has_its_place_is_quiet(name: str) -> None:
    assert findings(CHECK, HONEST[name], name) == []


@pytest.mark.parametrize("name", ["model.onnx", "model.mlmodel", "model.pdmodel", "frozen.pb", "model.meta"])
def test_fields_that_the_specification_does_not_have_are_named(name: str) -> None:
    (found,) = findings(CHECK, HONEST[name] + graphs.message((4444, b"PK\3\4 and so on")), name)
    assert (found.severity, found.message.partition(",")[0]) == (Severity.MEDIUM, "14 bytes")


def test_a_graph_with_another_behind_it_is_refused() -> None:
    graph = graphs.HONEST["tensorflow-graph"][1]
    assert "field 2 stands there twice" in str(read(graph + graph, "frozen.pb").error)


def test_such_fields_inside_of_a_saved_model_are_named() -> None:
    graph = graphs.HONEST["tensorflow-graph"][1] + graphs.message((4444, b"hilt"))
    for data in (graphs.meta_graph(graph), graphs.message((1, 1), (2, graphs.meta_graph(graph)))):
        (found,) = findings(CHECK, data, "saved_model.pb")
        assert (found.severity, "b'hilt'" in found.message) == (Severity.MEDIUM, True)


@pytest.mark.parametrize("name", APPENDED)
def test_bytes_behind_the_end_are_named(name: str) -> None:
    (found,) = findings(CHECK, HONEST[name] + b"hilt" * 200, name)
    assert (found.severity, found.where.offset) == (Severity.MEDIUM, len(HONEST[name]))
    assert found.message == "800 bytes, beginning with b'hilthilthilthilt', belong to no part of the file"


def test_bytes_that_no_block_of_a_table_owns_are_named() -> None:
    table = HONEST["variables.index"]
    (found,) = findings(CHECK, table + table, "variables.index")
    assert found.message.startswith(f"{len(table)} bytes, beginning with ")


@pytest.mark.parametrize("name", APPENDED)
def test_a_few_zeros_are_only_mentioned_and_a_page_of_them_is_not_few(name: str) -> None:
    assert [f.severity for f in findings(CHECK, HONEST[name] + bytes(4096), name)] == [Severity.LOW]
    assert [f.severity for f in findings(CHECK, HONEST[name] + bytes(4097), name)] == [Severity.MEDIUM]


def test_files_behind_a_tflite_model_are_files_of_the_subject() -> None:
    model = HONEST["model.tflite"]
    quiet = told("model.tflite", with_files(model, "labels.txt"))
    assert quiet.formats == ("tflite", "text")
    assert {finding.check for finding in quiet.findings} == {"tflite-custom-operators"}
    caught = told("model.tflite", with_files(model, "labels.txt", "labels.pkl"))
    assert "pickle-code" in {f.check for f in caught.findings if f.where.path == "model.tflite!/labels.pkl"}
    assert read(with_files(model), "model.tflite").value.unowned == ()


def test_a_zip_that_does_not_begin_where_the_tflite_model_ends_leaves_bytes_between() -> None:
    model = HONEST["model.tflite"]
    (found,) = findings(CHECK, with_files(model + b"hilt", "labels.txt"), "model.tflite")
    assert (found.where.offset, found.message.partition(",")[0]) == (len(model), "4 bytes")
