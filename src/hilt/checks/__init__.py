"""What is looked for: one file per check, in families. `CHECKS` is the list, in the order of the report."""

from __future__ import annotations

from hilt.checks.inspect.facts import (
    ARCHITECTURE,
    CODE_ON_LOAD,
    CONTEXT_LENGTH,
    DTYPES,
    EMBEDDED_PROGRAMS,
    LICENCE_CLAIMED,
    LICENCE_TEXT,
    PARAMETERS,
    PICKLES_CLEAN,
    REMOTE_CODE,
    UNKNOWN_CALLS,
    UNSAFE_CALLS,
)
from hilt.checks.line import ANY, Check
from hilt.core.finding import Severity
from hilt.formats import ACCOUNTED, CARRIERS, LISTED, ZIPS

CHECKS: tuple[Check, ...] = (
    Check(id="pickle-code", severity=Severity.CRITICAL, reads=CARRIERS, facts=(UNSAFE_CALLS, CODE_ON_LOAD)),
    Check(id="pickle-unknown-call", severity=Severity.HIGH, reads=CARRIERS, facts=(UNKNOWN_CALLS, CODE_ON_LOAD)),
    Check(id="pickle-hidden", severity=Severity.HIGH, reads=CARRIERS),
    Check(id="pickle-persistent-id", severity=Severity.HIGH, reads=CARRIERS),
    Check(id="pickle-clean", severity=Severity.INFO, reads=CARRIERS, facts=(PICKLES_CLEAN,)),
    Check(id="safetensors-header", severity=Severity.HIGH, reads=("safetensors",)),
    Check(id="gguf-header", severity=Severity.HIGH, reads=("gguf",)),
    Check(id="tensor-table", severity=Severity.HIGH, reads=("ctranslate2", "ggml")),
    Check(id="metadata-code", severity=Severity.MEDIUM, reads=("safetensors", "gguf", "onnx")),
    Check(id="hdf5-external", severity=Severity.HIGH, reads=("hdf5", "keras-h5")),
    Check(id="hdf5-surroundings", severity=Severity.MEDIUM, reads=("hdf5", "keras-h5")),
    Check(id="keras-lambda", severity=Severity.CRITICAL, reads=("keras", "keras-h5"), facts=(CODE_ON_LOAD,)),
    Check(id="keras-foreign-module", severity=Severity.CRITICAL, reads=("keras", "keras-h5"), facts=(CODE_ON_LOAD,)),
    Check(id="skops-foreign-type", severity=Severity.CRITICAL, reads=("skops",), facts=(CODE_ON_LOAD,)),
    Check(id="keras-file-access", severity=Severity.CRITICAL, reads=("keras", "keras-h5")),
    Check(id="onnx-custom-operators", severity=Severity.CRITICAL, reads=("onnx",), facts=(CODE_ON_LOAD,)),
    Check(id="onnx-external-data", severity=Severity.HIGH),
    Check(id="tflite-custom-operators", severity=Severity.CRITICAL, reads=("tflite",), facts=(CODE_ON_LOAD,)),
    Check(
        id="tensorflow-operators",
        severity=Severity.CRITICAL,
        reads=("saved-model", "tensorflow-graph"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(id="tfjs-weights", severity=Severity.HIGH, reads=("json",)),
    Check(id="tfjs-code", severity=Severity.HIGH, reads=("json",)),
    Check(id="paddle-operators", severity=Severity.CRITICAL, reads=("paddle-program",), facts=(CODE_ON_LOAD,)),
    Check(id="coreml-custom-layers", severity=Severity.HIGH, reads=("coreml",)),
    Check(id="openvino-extensions", severity=Severity.MEDIUM, reads=("openvino-ir",)),
    Check(id="ncnn-custom-layers", severity=Severity.MEDIUM, reads=("ncnn",)),
    Check(id="caffe-layers", severity=Severity.CRITICAL, reads=("caffe", "caffe-prototxt"), facts=(CODE_ON_LOAD,)),
    Check(id="xml-entities", severity=Severity.HIGH, reads=("xml",)),
    Check(id="msgpack-own-types", severity=Severity.HIGH, reads=("msgpack",)),
    Check(id="yaml-objects", severity=Severity.CRITICAL, reads=("yaml",), facts=(CODE_ON_LOAD,)),
    Check(id="tesseract-settings", severity=Severity.CRITICAL, reads=("tesseract",), facts=(CODE_ON_LOAD,)),
    Check(id="template-code", severity=Severity.CRITICAL, reads=("jinja", "json", "gguf")),
    Check(id="template-hidden-instructions", severity=Severity.HIGH, reads=("jinja", "json", "gguf")),
    Check(id="template-differences", severity=Severity.HIGH),
    Check(id="archive-ambiguity", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="archive-bomb", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="archive-encrypted", severity=Severity.HIGH, reads=(*ZIPS, "seven-zip", "rar")),
    Check(id="foreign-archive", severity=Severity.HIGH, reads=("foreign-archive", "seven-zip", "rar")),
    Check(id="archive-escape", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="hidden-archive", severity=Severity.HIGH, reads=ANY),
    Check(id="hidden-bytes", severity=Severity.MEDIUM, reads=ACCOUNTED),
    Check(id="native-code", severity=Severity.HIGH, reads=("elf", "pe", "macho", "bytecode", "script")),
    Check(id="torch-members", severity=Severity.HIGH, reads=("torch-zip", "torchscript", "torch-legacy", "torch-tar")),
    Check(id="torchscript-code", severity=Severity.CRITICAL, reads=("torchscript",), facts=(CODE_ON_LOAD,)),
    Check(
        id="saved-model-lambda",
        severity=Severity.CRITICAL,
        reads=("saved-model", "tensorflow-graph", "keras-metadata"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(
        id="licence-claims",
        severity=Severity.INFO,
        reads=("model-card", "json", "text", "licence"),
        facts=(LICENCE_CLAIMED, LICENCE_TEXT),
    ),
    Check(id="model-config", severity=Severity.INFO, reads=("json",), facts=(ARCHITECTURE, CONTEXT_LENGTH)),
    Check(id="set-aside", severity=Severity.INFO),
    Check(
        id="weights", severity=Severity.INFO, facts=(PARAMETERS, DTYPES, ARCHITECTURE, CONTEXT_LENGTH, LICENCE_CLAIMED)
    ),
    Check(id="oci-mismatch", severity=Severity.HIGH),
    Check(id="weights-index", severity=Severity.HIGH),
    Check(id="links", severity=Severity.HIGH),
    Check(id="special-files", severity=Severity.HIGH),
    Check(id="unsafe-names", severity=Severity.HIGH),
    Check(id="unreadable-file", severity=Severity.MEDIUM, reads=ANY),
    Check(id="unknown-file", severity=Severity.MEDIUM),
    Check(id="missing-content", severity=Severity.MEDIUM, reads=("lfs-pointer", "empty")),
    Check(id="extension-mismatch", severity=Severity.HIGH, reads=ANY),
    Check(id="notebook-code", severity=Severity.MEDIUM, reads=("json",)),
    Check(id="remote-code", severity=Severity.CRITICAL, facts=(REMOTE_CODE,)),
    Check(
        id="secrets",
        severity=Severity.HIGH,
        reads=(
            "json",
            "tokenizer",
            "model-card",
            "jinja",
            "python",
            "yaml",
            "licence",
            "text",
            "xml",
            "script",
            "caffe-prototxt",
            "safetensors",
            "gguf",
            "onnx",
        ),
    ),
    Check(id="unreadable-entry", severity=Severity.MEDIUM),
    Check(id="config-targets", severity=Severity.CRITICAL, reads=("json", "yaml"), facts=(CODE_ON_LOAD,)),
    Check(id="config-reaches-out", severity=Severity.HIGH, reads=("json",)),
    Check(id="embedded-program", severity=Severity.HIGH, searches=True, facts=(EMBEDDED_PROGRAMS,)),
    Check(id="secrets-in-bytes", severity=Severity.HIGH, searches=True),
)

_BY_ID = {check.id: check for check in CHECKS}


def listed(check_id: str) -> Check:
    """The check of this id. A `KeyError` says that it has no line in `CHECKS`."""
    return _BY_ID[check_id]
