"""Kinds that live in Keras models: `.keras`, `.h5`, and the metadata of a SavedModel."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from attacks import graphs, hdf5, keras
from attacks.archives import entry, tar_of
from attacks.keras import DENSE, Layer, config, function, lambda_2, lambda_3, layer, shell, square
from attacks.kinds.kind import Files, Kind


def _keras(name: str, does: str, words: str, *layers: Layer, check: str = "keras-foreign-module", **more: Any) -> Kind:
    return Kind(
        id=f"keras-{name}", does=does, check=check, words=(words,), honest="keras",
        files=lambda: {"model.keras": keras.keras(config(*layers) | more)},
    )  # fmt: skip


def _other(name: str, does: str, words: str, check: str, honest: str, build: Callable[[], Files]) -> Kind:
    return Kind(id=f"keras-{name}", does=does, check=check, words=(words,), honest=honest, files=build)


def _wrapped(inner: Layer) -> Layer:
    return layer("TimeDistributed", "outer", layer=layer("Bidirectional", "inner", layer=inner))


def _with_weights(fill: Callable[[hdf5.h5py.File], None]) -> Callable[[], Files]:
    """A `.keras` file whose weights are this HDF5 file."""

    def build() -> Files:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("metadata.json", '{"keras_version": "3.12.0", "date_saved": "2026-01-01@00:00:00"}')
            archive.writestr("config.json", json.dumps(config(DENSE)))
            archive.writestr("model.weights.h5", hdf5.hdf5(fill))
        return {"model.keras": buffer.getvalue()}

    return build


def _function(module: str, name: str, **more: str) -> Layer:
    """A layer whose activation is looked up there."""
    return layer("Activation", "a", activation=function(module, name, **more))


TORCH: Layer = {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"name": "x", "module": "gASV"}}
VOCABULARY: Mapping[str, Any] = {"vocabulary_size": 4, "mask_token": None}

KERAS = (
    _keras("lambda", "runs stored byte code", "which names os, system", lambda_3(shell), check="keras-lambda"),
    _keras("lambda-nested", "the same, in a layer in a layer", "which names os, system", _wrapped(lambda_3(shell)), check="keras-lambda"),
    _keras("lambda-harmless-by-name", "stored byte code that seems to compute", "of Python byte code", lambda_3(square), check="keras-lambda"),
    _keras("lambda-in-the-loss", "stored byte code outside the layers", "of Python byte code", DENSE, check="keras-lambda", compile_config={"loss": lambda_3(shell)["config"]["function"]}),
    _keras("module-import", "calls any function of any module (CVE-2025-1550)", "subprocess.run", layer("run", "x", "subprocess", args=["echo", "hilt"])),
    _keras("function-import", "imports a module for a function of it", "os.system", _function("os", "system")),
    _keras("builtins", "looks a function up among Python's own", "builtins.exec", _function("builtins", "exec")),
    _keras("registered-name", "the name that Keras looks up second", "builtins.eval", _function("builtins", "relu", registered_name="eval")),
    _keras("own-function", "uses Keras' own downloader (CVE-2025-8747)", "keras.utils.get_file", _function("keras.utils", "get_file")),
    _keras("unsafe-switch", "switches safe_mode off (CVE-2025-9906)", "keras.config.enable_unsafe_deserialization", _function("keras.config", "enable_unsafe_deserialization")),
    _keras("private-alias", "the same function by a private name", "keras.src.saving.serialization_lib.enable_unsafe_deserialization", _function("keras.src.saving.serialization_lib", "enable_unsafe_deserialization")),
    _keras("load-model", "loads another model, with its own code", "keras.models.load_model", _function("keras.models", "load_model")),
    _keras("torch-module", "unpickles a PyTorch module (CVE-2025-49655)", "TorchModuleWrapper", TORCH),
    _keras("torch-module-in-wrapper", "the same, in a layer", "TorchModuleWrapper", _wrapped(TORCH)),
    _keras("custom-class", "needs a class that is not in the file", "custom", layer("Own", "x", None)),
    _keras("vocabulary", "reads a file into the model (CVE-2025-12058)", "reads its vocabulary from the file '/etc/passwd'", layer("StringLookup", "x", **VOCABULARY, vocabulary="/etc/passwd"), check="keras-file-access"),
    _keras("vocabulary-from-the-network", "asks an address of the network", "'http://169.254.169.254/latest/meta-data'", layer("TextVectorization", "x", **VOCABULARY, vocabulary="http://169.254.169.254/latest/meta-data"), check="keras-file-access"),
    _keras("vocabulary-of-numbers", "the same, in another layer", "'~/.ssh/id_rsa'", layer("IntegerLookup", "x", **VOCABULARY, vocabulary="~/.ssh/id_rsa"), check="keras-file-access"),
    _keras("vocabulary-in-feature-space", "the same, in a preprocessor in a layer", "'../../.netrc'", layer("FeatureSpace", "f", preprocessors={"a": layer("StringLookup", "x", **VOCABULARY, vocabulary="../../.netrc")}), check="keras-file-access"),
    _keras("saved-model-inside", "runs a TensorFlow graph of its choice", "loads the graph in '/tmp/evil'", layer("TFSMLayer", "x", filepath="/tmp/evil", call_endpoint="serve"), check="keras-file-access"),
    _keras("tensorflow-function", "calls a TensorFlow function that reads files", "calls tf.io.read_file", layer("TFOpLambda", "x", None, function="io.read_file"), check="keras-file-access"),
    _keras("tensorflow-node", "runs a TensorFlow operator that reads files", "ReadFile", layer("TensorFlowOpLayer", "x", None, node_def='{"name": "x", "op": "ReadFile"}'), check="keras-file-access"),
    _other("h5-lambda", "runs stored byte code without a question (CVE-2025-9905)", "which names os, system", "keras-lambda", "keras-h5", lambda: {"model.h5": keras.keras_h5({"class_name": "Sequential", "config": {"name": "s", "layers": [lambda_2(shell)]}})}),
    _other("h5-lambda-nested", "the same, in a model in a model", "which names os, system", "keras-lambda", "keras-h5", lambda: {"model.h5": keras.keras_h5({"class_name": "Model", "config": {"layers": [{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "TimeDistributed", "config": {"name": "t", "layer": lambda_2(shell)}}]}}]}})}),
    _other("h5-training-config", "stored byte code in the loss", "of Python byte code", "keras-lambda", "keras-h5", lambda: {"model.h5": keras.keras_h5(config(DENSE), {"loss": lambda_3(shell)["config"]["function"]})}),
    _other("h5-external-link", "opens another file while weights are read (CVE-2026-1669)", "in the file '/etc/passwd'", "hdf5-external", "keras-h5", lambda: {"model.h5": hdf5.hdf5(_model_with_external_link)}),
    _other("weights-external-link", "the same, in the weights of a .keras file", "in the file '/etc/passwd'", "hdf5-external", "keras", _with_weights(hdf5.external_link)),
    _other("weights-external-storage", "takes the bytes of any file for weights (CVE-2025-12060's cousin)", "its values lie in the file '/etc/passwd'", "hdf5-external", "keras", _with_weights(hdf5.raw_file)),
    _other("asset-slip", "an asset that is written outside the model's folder", "'assets/../../../evil.txt' climbs out", "archive-escape", "keras", lambda: {"model.keras": keras.keras(config(DENSE), [("assets/../../../evil.txt", b"x")])}),
    _other("download-tar-slip", "what get_file unpacks where it likes (CVE-2025-12060, CVE-2025-12638)", "climbs out with '..'", "archive-escape", "tar", lambda: {"weights.tar": tar_of(entry("../../evil.py"))}),
    _other("two-configs", "two readers build two models", "config.json", "archive-ambiguity", "keras", lambda: {"model.keras": _two_configs()}),
    _other("saved-model-lambda", "stored byte code beside the graph", "holds a Lambda layer", "saved-model-lambda", "saved-model", lambda: {"saved_model.pb": graphs.saved_model(functions=graphs.SAVER), "keras_metadata.pb": graphs.keras_metadata('{"class_name": "Lambda"}')}),
    _other("saved-model-lambda-before-2.5", "the same as older versions write it", "holds a Lambda layer", "saved-model-lambda", "saved-model", lambda: {"saved_model.pb": graphs.saved_model_with_metadata('{"class_name": "Lambda"}')}),
)  # fmt: skip


def _model_with_external_link(file: hdf5.h5py.File) -> None:
    file.attrs["model_config"] = json.dumps(config(DENSE)).encode()
    file.attrs["keras_version"] = "2.15.0"
    hdf5.external_link(file)


def _two_configs() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras.keras(config(DENSE), [("config.json", b'{"class_name": "Sequential", "config": {}}')])


HONEST: dict[str, Callable[[], Files]] = {
    "keras": lambda: {"model.keras": keras.keras(config(DENSE, layer("StringLookup", "x", **VOCABULARY, vocabulary=["a", "b"])), [("assets/x/vocabulary.txt", b"a\nb\n")])},
    "keras-h5": lambda: {"model.h5": keras.keras_h5(config(DENSE), {"loss": "mse", "metrics": ["accuracy"]})},
    "saved-model": lambda: {"saved_model.pb": graphs.saved_model(functions=graphs.SAVER, assets=["vocabulary.txt"]), "keras_metadata.pb": graphs.keras_metadata('{"class_name": "Dense"}'), "assets/vocabulary.txt": b"a\nb\n"},
}  # fmt: skip
