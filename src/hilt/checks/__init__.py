"""What is looked for: one file per check, in families. `CHECKS` is the list, in the order of the report."""

from __future__ import annotations

from hilt.checks.card.facts import STATED as SAID
from hilt.checks.fit.facts import STATED as FIT
from hilt.checks.inspect.facts import (
    ARCHITECTURE,
    CODE_ON_LOAD,
    CONTEXT_LENGTH,
    DTYPES,
    EMBEDDED_PROGRAMS,
    PARAMETERS,
    PICKLES_CLEAN,
    REMOTE_CODE,
    UNKNOWN_CALLS,
    UNSAFE_CALLS,
)
from hilt.checks.line import ANY, Check
from hilt.checks.lineage.facts import BASES as DESCENDED
from hilt.checks.lineage.facts import CONTRADICTED, SAFEGUARDS, SEARCHED, STALE, UNDECLARED
from hilt.checks.openness.facts import MODELS, STATED
from hilt.checks.provenance.facts import (
    AS_EXPECTED,
    COMMIT,
    COVERS_ALL,
    EXPECTED,
    HUB_DIGESTS,
    LEFT_OUT,
    SIGNATURE,
    SIGNED_BY,
    SIGNED_UNTIL,
)
from hilt.checks.regulation.facts import (
    COPYRIGHT_POLICY,
    ENERGY,
    FLOP_HIGH,
    FLOP_LOW,
    GENERATES,
    HOURS,
    INPUTS,
    METHOD,
    PARAMETERS_ACTIVE,
    RELEASED,
    SUMMARY,
    THIRD_HIGH,
    THIRD_LOW,
    TOKENS,
)
from hilt.checks.rights.facts import (
    BASES,
    DATASETS,
    EU_OPEN_SOURCE,
    GRANTS,
    INHERITED,
    LICENCE_CLAIMED,
    LICENCE_TEXT,
    LICENCES,
    OPEN_LICENCE,
    SHARE_ALIKE,
)
from hilt.core.finding import Severity
from hilt.formats import ACCOUNTED, CARRIERS, LISTED, ZIPS

NAMING_LICENCES = (
    "model-card", "package-metadata", "licence", "text", "json", "yaml", "gguf", "safetensors", "onnx", "ort", "coreml",
)  # fmt: skip
"""Formats of files that may say under which licence a subject is."""

NAMING_BASES = ("model-card", "json", "yaml", "gguf")
"""Formats of files that may say what a subject is made from."""

SIGNATURES = ("sigstore-bundle", "*.sig")
"""Files that may be signatures of the whole subject."""

_DESCRIBED = tuple(
    """
    model-card text json yaml safetensors gguf ggml onnx ort tflite executorch mnn ncnn hdf5 keras keras-h5 torch-zip
    torchscript torch-shard npz equinox coreml saved-model tensorflow-graph paddle-parameters openvino-ir caffe xgboost
    lightgbm catboost dlib sphinx tesseract fasttext word2vec r-data ctranslate2 mxnet-parameters
    """.split()
)
"""Formats of models and of what tells of them; not the plain pickle, of which nothing can be told but its size."""

CHECKS: tuple[Check, ...] = (
    Check(id="pickle-code", severity=Severity.CRITICAL, reads=CARRIERS, facts=(UNSAFE_CALLS, CODE_ON_LOAD)),
    Check(id="pickle-unknown-call", severity=Severity.HIGH, reads=CARRIERS, facts=(UNKNOWN_CALLS, CODE_ON_LOAD)),
    Check(id="pickle-hidden", severity=Severity.HIGH, reads=CARRIERS),
    Check(id="also-a-pickle", severity=Severity.HIGH, reads=ANY),
    Check(id="pickle-persistent-id", severity=Severity.HIGH, reads=CARRIERS),
    Check(
        id="lightning-instantiator",
        severity=Severity.CRITICAL,
        reads=("torch-zip", "torch-legacy"),
        facts=(CODE_ON_LOAD,),
    ),
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
    Check(id="onnx-custom-operators", severity=Severity.CRITICAL, reads=("onnx", "ort"), facts=(CODE_ON_LOAD,)),
    Check(id="onnx-external-data", severity=Severity.HIGH, needs=("onnx",)),
    Check(id="tflite-custom-operators", severity=Severity.CRITICAL, reads=("tflite",), facts=(CODE_ON_LOAD,)),
    Check(
        id="tensorflow-operators",
        severity=Severity.CRITICAL,
        reads=("saved-model", "tensorflow-graph", "tensorflow-text"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(id="tfjs-weights", severity=Severity.HIGH, reads=("json",)),
    Check(id="tfjs-code", severity=Severity.HIGH, reads=("json",)),
    Check(id="paddle-operators", severity=Severity.CRITICAL, reads=("paddle-program",), facts=(CODE_ON_LOAD,)),
    Check(id="paddle-mismatch", severity=Severity.MEDIUM, needs=("paddle-program",)),
    Check(id="coreml-custom-layers", severity=Severity.HIGH, reads=("coreml",)),
    Check(id="openvino-extensions", severity=Severity.MEDIUM, reads=("openvino-ir",)),
    Check(id="ncnn-custom-layers", severity=Severity.MEDIUM, reads=("ncnn",)),
    Check(id="caffe-layers", severity=Severity.CRITICAL, reads=("caffe", "caffe-prototxt"), facts=(CODE_ON_LOAD,)),
    Check(id="mnn-custom-operators", severity=Severity.HIGH, reads=("mnn",)),
    Check(
        id="executorch-delegates",
        severity=Severity.CRITICAL,
        reads=("executorch", "executorch-data"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(id="triton-backend", severity=Severity.HIGH, reads=("triton-config",)),
    Check(id="tensorrt-engine", severity=Severity.MEDIUM, reads=("tensorrt",)),
    Check(id="r-code", severity=Severity.CRITICAL, reads=("r-data",), facts=(CODE_ON_LOAD,)),
    Check(id="torch7-functions", severity=Severity.HIGH, reads=("torch7",)),
    Check(id="mxnet-operators", severity=Severity.CRITICAL, reads=("json",), facts=(CODE_ON_LOAD,)),
    Check(id="xml-entities", severity=Severity.HIGH, reads=("xml", "pmml")),
    Check(id="pmml-functions", severity=Severity.MEDIUM, reads=("pmml",)),
    Check(id="arrow-python-types", severity=Severity.CRITICAL, reads=("arrow", "parquet"), facts=(CODE_ON_LOAD,)),
    Check(id="parquet-elsewhere", severity=Severity.HIGH, reads=("parquet",)),
    Check(id="zarr-codecs", severity=Severity.CRITICAL, reads=("json",), facts=(CODE_ON_LOAD,)),
    Check(id="tensorstore-elsewhere", severity=Severity.MEDIUM, reads=("json",)),
    Check(id="spacy-foreign-function", severity=Severity.MEDIUM, reads=("ini",)),
    Check(id="msgpack-own-types", severity=Severity.HIGH, reads=("msgpack",)),
    Check(id="yaml-objects", severity=Severity.CRITICAL, reads=("yaml",), facts=(CODE_ON_LOAD,)),
    Check(id="tesseract-settings", severity=Severity.CRITICAL, reads=("tesseract",), facts=(CODE_ON_LOAD,)),
    Check(id="template-code", severity=Severity.CRITICAL, reads=("jinja", "json", "gguf")),
    Check(
        id="template-hidden-instructions",
        severity=Severity.HIGH,
        reads=("jinja", "json", "gguf", "text", "model-card"),
    ),
    Check(id="template-differences", severity=Severity.HIGH, needs=("jinja", "json", "gguf")),
    Check(id="tokenizer-patterns", severity=Severity.HIGH, reads=("tokenizer", "json", "msgpack")),
    Check(id="tokenizer-rewrites", severity=Severity.HIGH, reads=("tokenizer",)),
    Check(id="archive-ambiguity", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="archive-bomb", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="archive-encrypted", severity=Severity.HIGH, reads=(*ZIPS, "seven-zip", "rar")),
    Check(id="foreign-archive", severity=Severity.HIGH, reads=("foreign-archive", "seven-zip", "rar")),
    Check(id="archive-escape", severity=Severity.HIGH, reads=(*LISTED, "tflite")),
    Check(id="also-an-archive", severity=Severity.HIGH, reads=ANY),
    Check(id="hidden-bytes", severity=Severity.MEDIUM, reads=ACCOUNTED),
    Check(
        id="native-code",
        severity=Severity.HIGH,
        reads=("elf", "pe", "macho", "llamafile", "bytecode", "script"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(id="torch-members", severity=Severity.HIGH, reads=("torch-zip", "torchscript", "torch-legacy", "torch-tar")),
    Check(id="torchscript-code", severity=Severity.CRITICAL, reads=("torchscript",), facts=(CODE_ON_LOAD,)),
    Check(
        id="saved-model-lambda",
        severity=Severity.CRITICAL,
        reads=("saved-model", "tensorflow-graph", "keras-metadata"),
        facts=(CODE_ON_LOAD,),
    ),
    Check(id="model-config", severity=Severity.INFO, reads=("json",), facts=(ARCHITECTURE, CONTEXT_LENGTH)),
    Check(id="set-aside", severity=Severity.INFO),
    Check(id="weights", severity=Severity.INFO, facts=(PARAMETERS, DTYPES, ARCHITECTURE, CONTEXT_LENGTH)),
    Check(id="torchserve-manifest", severity=Severity.HIGH, reads=("json",)),
    Check(id="kitfile-paths", severity=Severity.HIGH, reads=("json", "yaml")),
    Check(id="oci-mismatch", severity=Severity.HIGH, needs=("json",)),
    Check(id="split-file", severity=Severity.MEDIUM),
    Check(id="weights-index", severity=Severity.HIGH),
    Check(id="links", severity=Severity.HIGH),
    Check(id="special-files", severity=Severity.HIGH),
    Check(id="unsafe-names", severity=Severity.HIGH),
    Check(
        id="active-content",
        severity=Severity.CRITICAL,
        reads=("text", "ini", "xml", "media", "script", "python", "jinja", "yaml", "model-card", "licence", "unknown"),
    ),
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
            "json-lines",
            "ini",
            "package-metadata",
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
            "triton-config",
            "safetensors",
            "gguf",
            "onnx",
        ),
    ),
    Check(id="unreadable-entry", severity=Severity.MEDIUM),
    Check(id="repeated-keys", severity=Severity.HIGH, reads=("json",)),
    Check(
        id="json-pickles",
        severity=Severity.CRITICAL,
        reads=("json",),
        facts=(UNSAFE_CALLS, UNKNOWN_CALLS, CODE_ON_LOAD),
    ),
    Check(id="config-targets", severity=Severity.CRITICAL, reads=("json", "yaml"), facts=(CODE_ON_LOAD,)),
    Check(id="config-elsewhere", severity=Severity.HIGH, reads=("json",)),
    Check(id="requirements-elsewhere", severity=Severity.HIGH, reads=("text", "yaml", "python")),
    Check(id="card-commands", severity=Severity.HIGH, needs=("model-card", "text")),
    Check(id="pickles-beside-safetensors", severity=Severity.INFO, needs=("safetensors",)),
    Check(id="embedded-program", severity=Severity.HIGH, searches=True, facts=(EMBEDDED_PROGRAMS,)),
    Check(id="secrets-in-bytes", severity=Severity.HIGH, searches=True),
    Check(
        id="licence-claims",
        severity=Severity.INFO,
        reads=(
            "model-card",
            "json",
            "yaml",
            "package-metadata",
            "licence",
            "gguf",
            "safetensors",
            "onnx",
            "ort",
            "coreml",
        ),
        facts=(LICENCE_CLAIMED, LICENCE_TEXT),
        family="rights",
    ),
    Check(id="licence-disagreement", severity=Severity.MEDIUM, needs=NAMING_LICENCES, weighs=True, family="rights"),
    Check(id="licence-variant", severity=Severity.MEDIUM, needs=NAMING_LICENCES, weighs=True, family="rights"),
    Check(id="licence-unknown", severity=Severity.MEDIUM, needs=NAMING_LICENCES, weighs=True, family="rights"),
    Check(id="licence-text-missing", severity=Severity.LOW, needs=NAMING_LICENCES, weighs=True, family="rights"),
    Check(
        id="licence-terms",
        severity=Severity.INFO,
        needs=NAMING_LICENCES,
        weighs=True,
        facts=(LICENCES, GRANTS, OPEN_LICENCE, EU_OPEN_SOURCE, SHARE_ALIKE),
        family="rights",
    ),
    Check(id="licence-conflict", severity=Severity.MEDIUM, needs=NAMING_BASES, weighs=True, family="rights"),
    Check(id="terms-dropped", severity=Severity.MEDIUM, needs=NAMING_BASES, weighs=True, family="rights"),
    Check(id="base-model-unknown", severity=Severity.LOW, needs=NAMING_BASES, weighs=True, family="rights"),
    Check(id="base-model-loop", severity=Severity.LOW, needs=NAMING_BASES, family="rights"),
    Check(
        id="inherited-terms",
        severity=Severity.INFO,
        needs=NAMING_BASES,
        weighs=True,
        facts=(BASES, DATASETS, INHERITED),
        family="rights",
    ),
    Check(
        id="openness",
        severity=Severity.INFO,
        needs=(*MODELS, "model-card", "package-metadata", "json", "yaml"),
        weighs=True,
        facts=STATED,
        family="openness",
    ),
    Check(
        id="model-kind",
        severity=Severity.INFO,
        needs=("model-card", "text", "json", "gguf"),
        facts=(GENERATES, RELEASED),
        family="regulation",
    ),
    Check(
        id="training-compute",
        severity=Severity.INFO,
        needs=_DESCRIBED,
        weighs=True,
        facts=(
            PARAMETERS_ACTIVE,
            TOKENS,
            HOURS,
            ENERGY,
            FLOP_LOW,
            FLOP_HIGH,
            THIRD_LOW,
            THIRD_HIGH,
            METHOD,
            INPUTS,
        ),
        family="regulation",
    ),
    Check(
        id="training-disclosures",
        severity=Severity.INFO,
        needs=("model-card", "text"),
        facts=(SUMMARY, COPYRIGHT_POLICY),
        family="regulation",
    ),
    Check(id="licence-ends-with-safeguards", severity=Severity.HIGH, beside="kin", weighs=True, family="rights"),
    Check(
        id="undeclared-base",
        severity=Severity.MEDIUM,
        beside="kin",
        weighs=True,
        facts=(SEARCHED, DESCENDED, UNDECLARED),
        family="lineage",
    ),
    Check(id="renamed-weights", severity=Severity.MEDIUM, beside="kin", weighs=True, family="lineage"),
    Check(
        id="base-mismatch", severity=Severity.MEDIUM, beside="kin", weighs=True, facts=(CONTRADICTED,), family="lineage"
    ),
    Check(id="mixed-origins", severity=Severity.MEDIUM, beside="kin", weighs=True, family="lineage"),
    Check(id="stale-base", severity=Severity.MEDIUM, beside="kin", weighs=True, facts=(STALE,), family="lineage"),
    Check(id="safeguards-removed", severity=Severity.HIGH, beside="kin", facts=(SAFEGUARDS,), family="lineage"),
    Check(id="memory-needed", severity=Severity.INFO, needs=MODELS, weighs=True, facts=FIT, family="fit"),
    Check(id="config-mismatch", severity=Severity.MEDIUM, needs=MODELS, family="fit"),
    Check(
        id="card-says",
        severity=Severity.INFO,
        needs=("model-card", "text", "package-metadata", "json"),
        facts=SAID,
        family="card",
    ),
    Check(id="signature-broken", severity=Severity.HIGH, needs=SIGNATURES, family="provenance"),
    Check(id="signature-expired", severity=Severity.MEDIUM, needs=SIGNATURES, family="provenance"),
    Check(id="signature-malformed", severity=Severity.MEDIUM, needs=SIGNATURES, family="provenance"),
    Check(id="signature-leaves-out", severity=Severity.MEDIUM, needs=SIGNATURES, family="provenance"),
    Check(id="signature-missing", severity=Severity.MEDIUM, beside="signers", facts=(EXPECTED,), family="provenance"),
    Check(
        id="signer-unknown",
        severity=Severity.MEDIUM,
        needs=SIGNATURES,
        facts=(SIGNATURE, SIGNED_BY, SIGNED_UNTIL, COVERS_ALL, LEFT_OUT, AS_EXPECTED),
        family="provenance",
    ),
    Check(
        id="hub-mismatch",
        severity=Severity.MEDIUM,
        beside="hub",
        facts=(COMMIT, HUB_DIGESTS),
        family="provenance",
    ),
)

_BY_ID = {check.id: check for check in CHECKS}


def listed(check_id: str) -> Check:
    """The check of this id. A `KeyError` says that it has no line in `CHECKS`."""
    return _BY_ID[check_id]
