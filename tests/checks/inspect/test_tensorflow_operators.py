from __future__ import annotations

import pytest

from attacks.graphs import SAVER, meta_graph, saved_model, tensorflow_graph, tensorflow_node
from hilt.checks.inspect.tensorflow_operators import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

node = tensorflow_node


@pytest.mark.parametrize(
    "model",
    [
        saved_model(node("MatMul"), functions=SAVER),
        saved_model(node("InitializeTableFromTextFileV2"), assets=["vocab.txt"]),
        saved_model(node("PrintV2", output_stream="stderr")),
        saved_model(node("DecodeProtoV2", descriptor_source="local://", message_type="a.B")),
        saved_model(node("own_function"), node("_FusedMatMul"), functions={"own_function": [node("MatMul")]}),
        tensorflow_graph(node("SaveV2", "save/SaveV2"), node("MatMul")),
    ],
)
def test_what_an_honest_model_holds_is_quiet(model: bytes) -> None:
    assert findings(CHECK, model, "saved_model.pb") == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (saved_model(node("ReadFile", "r")), "ReadFile (in the graph, node 'r') reads, writes", Severity.CRITICAL),
        (saved_model(functions={"f": [node("WriteFile")]}), "WriteFile (in the function 'f'", Severity.CRITICAL),
        (tensorflow_graph(node("Const"), node("EagerPyFunc")), "calls a Python function", Severity.CRITICAL),
        (meta_graph(tensorflow_graph(node("MatchingFiles"))), "lists files", Severity.CRITICAL),
        (saved_model(node("RpcCall")), "talks to a server", Severity.CRITICAL),
        (saved_model(node("PrintV2", output_stream="file:///tmp/x")), "writes tensors to 'file:///", Severity.CRITICAL),
        (saved_model(node("SqlDataset")), "data files by a path", Severity.MEDIUM),
        (saved_model(node("ExperimentalSqlDataset")), "data files by a path", Severity.MEDIUM),
        (saved_model(node("DatasetToTFRecord")), "reads, writes or lists files", Severity.CRITICAL),
        (saved_model(node("MatchingFilesDataset")), "reads, writes or lists files", Severity.CRITICAL),
        (saved_model(node("DatasetFromGraph")), "runs another graph", Severity.MEDIUM),
        (saved_model(node("FileSystemSetConfiguration")), "changes settings", Severity.MEDIUM),
        (saved_model(node("DecodeProtoV2", descriptor_source="/x/y")), "from the file '/x/y'", Severity.HIGH),
        (
            saved_model(node("EvilOp"), node("Evil2")),
            "native code that is not TensorFlow for Evil2, EvilOp",
            Severity.MEDIUM,
        ),
        (saved_model(node("TFText>NgramsStringJoin")), "needs the library TensorFlow Text", Severity.LOW),
        (saved_model(node("TRTEngineOp")), "compiled for one device", Severity.MEDIUM),
        (saved_model(functions={"serve": [node("SaveV2")]}), "a checkpoint outside the saver", Severity.MEDIUM),
        (saved_model(node("InitializeTableFromTextFile")), "brings no asset file", Severity.MEDIUM),
        (saved_model(assets=["../../etc/passwd"]), "the asset '../../etc/passwd' climbs out", Severity.HIGH),
    ],
)
def test_each_reach_out_of_the_graph_is_named(model: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, model, "model.pb")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


def test_an_honest_saver_does_not_hide_another() -> None:
    graph = tensorflow_graph(node("SaveV2", "save/SaveV2"), node("SaveV2", "other/SaveV2"))
    assert [finding.severity for finding in findings(CHECK, graph, "model.pb")] == [Severity.MEDIUM]


def test_reaching_for_files_is_a_fact() -> None:
    assert facts(CHECK, saved_model(node("WriteFile")), "saved_model.pb") == {"inspect.code_on_load": True}
