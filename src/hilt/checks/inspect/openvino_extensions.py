"""OpenVINO layers that do not come with the runtime.

What: layers of an operator set that is not OpenVINO's own, or of a type that OpenVINO's numbered sets do not have.

Why: such a layer needs an extension, a library of native code that runs with all your rights once it is loaded.

What it cannot see: what an extension's library does; layers of a known set that your version of OpenVINO lacks.

Fix: ask which extension the layer needs and check that library as you would any program, or convert the model again to
standard layers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.openvino_layers import TYPES

if TYPE_CHECKING:
    from hilt.formats.openvino_ir import OpenvinoIr

OWN = re.compile(r"|opset\d{1,2}|experimental|type_relaxed_opset|ie_internal_opset|internal_opset|util")
"""The sets of OpenVINO itself; empty in files that are older than sets."""
CUSTOM_TYPES = ("Custom", "Extension", "PythonOp", "PyOp")


def openvino_extensions(file: ReadFile[OpenvinoIr]) -> Iterator[Finding]:
    strange = defaultdict[str, set[str]](set)
    for layer in file.value.layers:
        known = (
            layer.type.lower() in TYPES if layer.opset.startswith("opset") else not layer.type.startswith(CUSTOM_TYPES)
        )
        if not OWN.fullmatch(layer.opset) or not known:
            strange[layer.opset].add(layer.type)
    for opset, types in sorted(strange.items()):
        names = ", ".join(sorted(types)[:8]) + (f" and {len(types) - 8} more" if len(types) > 8 else "")
        message = f"needs an extension for the layers of {opset or 'no set'!r}: {names}"
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)


CHECK = listed("openvino-extensions")
