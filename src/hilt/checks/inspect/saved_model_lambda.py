"""A SavedModel from which Keras would build a layer of stored byte code.

What: a Lambda layer in the metadata that Keras keeps beside the graph, in `keras_metadata.pb` or `saved_model.pb`.

Why: a Lambda layer holds compiled Python code. Keras 2 builds it again when it loads the model and runs it at the first
call, with all the rights of the process.

What it cannot see: what the code does; loaders that run the graph alone never build the layer.

Fix: load the graph alone with `tf.saved_model.load`, or ask the publisher for a model without Lambda layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.keras_metadata import KerasMetadata
    from hilt.formats.tensorflow_graph import TensorflowGraph

LAMBDA = "Lambda"


def saved_model_lambda(file: ReadFile[KerasMetadata | TensorflowGraph]) -> Iterator[Finding | Fact]:
    if any(name.rpartition(">")[2] == LAMBDA for name in file.value.keras_classes):
        message = "holds a Lambda layer, whose stored Python code Keras runs"
        yield Finding(check=CHECK.id, severity=Severity.CRITICAL, where=Where(path=file.path), message=message)
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


CHECK = listed("saved-model-lambda")
