"""ncnn layers that do not come with ncnn.

What: layers of a type that ncnn does not have, and that no widely used program adds.

Why: an ncnn model holds no code, so such a layer is native code that the publisher asks you to build into your program,
and that code runs with all your rights.

What it cannot see: what that code does; whether your version of ncnn was built without a layer that it usually has.

Fix: ask which program the layer belongs to and check its source as you would any program, or convert the model again to
standard layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.ncnn import Ncnn


def ncnn_custom_layers(file: ReadFile[Ncnn]) -> Iterator[Finding]:
    from hilt.formats.ncnn_layers import ADDED, BUILT_IN, type_of

    if file.value.of_pnnx:
        return  # a description that ncnn does not read, of operators of PyTorch
    for kind in sorted({type_of(layer) for layer in file.value.layers} - set(BUILT_IN)):
        if kind in ADDED:
            severity, message = Severity.LOW, f"needs the custom layer {kind!r} of {ADDED[kind]}"
        else:
            severity, message = Severity.MEDIUM, f"needs the custom layer {kind!r}, which no widely used program adds"
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("ncnn-custom-layers")
