"""A TensorFlow.js model that is built of more than TensorFlow.js brings.

What: layers of a `model.json` whose classes Keras does not have, Lambda layers with stored code, layers that take their
vocabulary from a file; operators of a graph that reach for files, Python or the network, or that TensorFlow lacks.

Why: a class or operator of its own needs code that is not in the file, and that somebody has to trust. TensorFlow.js
itself runs no stored Python; whoever converts the model back to Keras or TensorFlow does.

What it cannot see: what the code does that an application registers for a class or operator.

Fix: ask the publisher for the code of these layers and read it before you register it, or for a model without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json


OWN = ("FusedDepthwiseConv2dNative",)
"""What the converter of TensorFlow.js makes of several operators of TensorFlow."""


def tfjs_code(file: ReadFile[Json]) -> Iterator[Finding]:
    match file.value.value:
        case {"modelTopology": dict(topology)}:
            for severity, message in {**dict.fromkeys(_layers(topology)), **dict.fromkeys(_operators(topology))}:
                yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


def _layers(topology: dict[str, Any]) -> Iterator[tuple[Severity, str]]:
    from hilt.knowledge.keras_files import opened
    from hilt.knowledge.keras_lambda import stored_code
    from hilt.knowledge.keras_objects import foreign, objects

    config = topology.get("model_config", topology)
    for found in objects(config):
        whose = f"the layer {found.layer!r}" if found.layer else found.path or "the model"
        if led := foreign(found):
            yield min(led[0], Severity.HIGH), f"{whose} is built of {led[1]}"
        for severity, what in opened(found):
            yield min(severity, Severity.HIGH), f"{whose} ({found.class_name}) {what}"
    for code in stored_code(config):
        message = f"the Lambda layer {code.layer!r} holds {code.size} bytes of stored code"
        yield Severity.HIGH if code.reaching else Severity.MEDIUM, message


def _operators(topology: dict[str, Any]) -> Iterator[tuple[Severity, str]]:
    from hilt.knowledge.tensorflow_names import is_own
    from hilt.knowledge.tensorflow_operators import MAY_REACH, REACHES

    library = topology.get("library")
    functions = library.get("function") if isinstance(library, dict) else None
    functions = functions if isinstance(functions, list) else []
    bodies = [topology.get("node"), *(one.get("nodeDef") for one in functions if isinstance(one, dict))]
    signatures = [one.get("signature") for one in functions if isinstance(one, dict)]
    named = [signature.get("name") for signature in signatures if isinstance(signature, dict)]
    for body in bodies:
        for node in body if isinstance(body, list) else ():
            operator = node.get("op") if isinstance(node, dict) else None
            if not isinstance(operator, str):
                continue
            if does := REACHES.get(operator) or MAY_REACH.get(operator):
                yield Severity.HIGH if operator in REACHES else Severity.MEDIUM, f"the operator {operator} {does}"
            elif not is_own(operator) and operator not in (*OWN, *named):
                yield Severity.MEDIUM, f"needs code for the operator {operator}, which TensorFlow does not have"


CHECK = listed("tfjs-code")
