"""TensorFlow Lite operators that do not come with the runtime.

What: custom operators that no widely used runtime brings; operators of full TensorFlow (Flex) that reach for files,
Python or the network; data or weights that lie outside the file's bounds or folder.

Why: an operator that the runtime does not have needs a library of native code from the publisher, and that library runs
with all your rights. Flex operators run in TensorFlow itself, files and all.

What it cannot see: what a custom operator's library does.

Fix: ask which library the operator needs and check it as you would any program, or convert the model again with
standard operators only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away
from hilt.knowledge.tensorflow_names import is_own
from hilt.knowledge.tensorflow_operators import MAY_REACH, REACHES
from hilt.knowledge.tflite_operators import FLEX, origin

if TYPE_CHECKING:
    from hilt.formats.tflite import Tflite


def tflite_custom_operators(file: ReadFile[Tflite]) -> Iterator[Finding | Fact]:
    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    model = file.value
    for name in sorted({operator.custom for operator in model.operators if operator.custom}):
        flex = name.removeprefix(FLEX) if name.startswith(FLEX) else ""
        if flex in REACHES:
            yield seen(Severity.CRITICAL, f"{name} {REACHES[flex]}")
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
        elif flex in MAY_REACH:
            yield seen(Severity.MEDIUM, f"{name} {MAY_REACH[flex]}")
        elif flex and not is_own(flex):
            yield seen(Severity.MEDIUM, f"needs full TensorFlow, and a library that brings it the operator {flex}")
        elif flex:
            yield seen(Severity.LOW, f"needs full TensorFlow to run {flex}")
        elif known := origin(name):
            yield seen(Severity.LOW, f"needs the custom operator {name!r} of {known}")
        else:
            yield seen(Severity.MEDIUM, f"needs the custom operator {name!r}, which no widely used runtime brings")
    for offset, size in model.appended:
        if offset + size > model.size:
            yield seen(Severity.HIGH, f"a buffer at bytes {offset} to {offset + size} lies outside the file")
    for name in model.external_files:
        if away := leads_away(name):
            yield seen(Severity.HIGH, f"takes weights from {name!r}, which {away}")


CHECK = listed("tflite-custom-operators")
