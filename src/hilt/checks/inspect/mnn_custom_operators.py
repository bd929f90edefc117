"""MNN operators that do not come with MNN, and weights from elsewhere.

What: operators that a plugin or another engine must bring, and weights that an operator takes from a file outside the
model's folder.

Why: such an operator is native code that the publisher asks you to load, and that code runs with all your rights.

What it cannot see: what that code does; operators that your build of MNN leaves out; programs for graphics processors in
models from before MNN 1.0.

Fix: ask which library the operator needs and check it as you would any program, or convert the original model again
with `mnnconvert`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.mnn import Mnn


def mnn_custom_operators(file: ReadFile[Mnn]) -> Iterator[Finding]:
    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    for custom in file.value.custom:
        engine = f" of the engine {custom.engine!r}" if custom.engine else ""
        yield seen(Severity.MEDIUM, f"needs the custom operator {custom.type!r}{engine}, which MNN does not bring")
    for name in sorted({name for name, _, _ in file.value.external if name}):
        if away := leads_away(name):
            yield seen(Severity.HIGH, f"takes weights from {name!r}, which {away}")


CHECK = listed("mnn-custom-operators")
