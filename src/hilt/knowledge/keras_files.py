"""What Keras opens while it builds a model of a config: vocabularies, saved models, and what TensorFlow operators reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hilt.core.finding import Severity
from hilt.knowledge.keras_objects import KerasObject
from hilt.knowledge.tensorflow_operators import MAY_REACH, REACHES, TABLES

_LOOKUPS = frozenset(["StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"])
_PATHS = ("vocabulary", "merges", "proto")
"""Parts of the config of lookups and tokenizers that Keras takes for the path of a file when they are a text."""
_ELSEWHERE = re.compile(r"[/\\~]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://|.*(^|[/\\])\.\.([/\\]|$)")
_OUTSIDE = re.compile(r"(tf\.|tensorflow\.)?(compat\.v[12]\.)?(io|gfile|raw_ops|data|train|saved_model|summary|distribute|py_func|"
                      r"py_function|numpy_function|load_library|load_op_library|keras\.utils|keras\.models)(\.|$)")  # fmt: skip
"""Functions of TensorFlow that read, write, load or call back into Python, as TFOpLambda names them."""
_OPERATOR = re.compile(r'"op"\s*:\s*"(\w+)"')


def opened(found: KerasObject) -> Iterator[tuple[Severity, str]]:
    """What this object opens when it is built, and how bad that is."""
    name = found.class_name.rpartition(">")[2]
    config: dict[str, Any] = found.config if isinstance(found.config, dict) else {}
    if name in _LOOKUPS or name.endswith("Tokenizer"):
        for part in _PATHS:
            path = config.get(part)
            if isinstance(path, str) and path and (part != "proto" or len(path) < 4096):
                yield _severity(path), f"reads its {part} from the file {path[:200]!r}"
    elif name == "TFSMLayer" and isinstance(config.get("filepath"), str):
        yield Severity.HIGH, f"loads the graph in {config['filepath'][:200]!r}"
    elif name == "TFOpLambda" and isinstance(config.get("function"), str):
        if _OUTSIDE.match(config["function"]):
            yield Severity.HIGH, f"calls tf.{config['function'].removeprefix('tf.')[:200]}"
    elif name == "TensorFlowOpLayer":
        for operator in dict.fromkeys(_OPERATOR.findall(str(config.get("node_def")))):
            if operator in REACHES or operator in MAY_REACH or operator in TABLES:
                what = REACHES.get(operator) or MAY_REACH.get(operator, "reads a vocabulary from a file")
                yield Severity.HIGH, f"runs the operator {operator}, which {what}"


def _severity(path: str) -> Severity:
    """A plain name may be the file that the publisher once built the layer from; a way elsewhere is an attack."""
    return Severity.CRITICAL if _ELSEWHERE.match(path) else Severity.MEDIUM
