"""Core ML layers that the host application must bring, and files that the model takes from elsewhere.

What: custom layers and custom models (classes of the application that loads the model), operations of a custom type,
models linked by a path, and weights outside the model's own package.

Why: a custom layer runs code that is not in the model, so nobody can check the model alone. A linked model is loaded
from whatever lies at its path.

What it cannot see: what the classes of the application do.

Fix: ask the publisher for a model of standard layers, or for the source of the classes, and check it as you would any
program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.coreml import CoreMl

PACKAGE = "@model_path/"
"""How a program names the folder of its own package."""


def coreml_custom_layers(file: ReadFile[CoreMl]) -> Iterator[Finding]:
    model = file.value

    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    for name in sorted(set(model.custom)):
        yield seen(Severity.MEDIUM, f"needs the class {name!r} of the application that loads it")
    if "customModel" in model.types and not model.custom:
        yield seen(Severity.MEDIUM, "is a custom model of a class that it does not name")
    for name in sorted(name for name in model.operations if name.startswith("custom")):
        yield seen(Severity.MEDIUM, f"holds operations of the custom type {name!r}")
    for linked in sorted(set(model.linked)):
        away = leads_away(linked)
        yield seen(
            Severity.HIGH if away else Severity.MEDIUM,
            f"loads another model from {linked!r}" + (f", which {away}" if away else ""),
        )
    for name in sorted(model.weights):
        if away := leads_away(name.removeprefix(PACKAGE)):
            yield seen(Severity.HIGH, f"takes weights from {name!r}, which {away}")


CHECK = listed("coreml-custom-layers")
