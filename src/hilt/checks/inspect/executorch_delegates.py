"""ExecuTorch programs with native code, foreign backends or operators of their own.

What: parts that were compiled to a shared library (the backends for CUDA and Metal that AOTInductor makes); parts for a
backend that ExecuTorch does not bring; operators of a library that ExecuTorch does not bring. Parts for one of its own
backends are only mentioned.

Why: a program for the CUDA backend carries a library of native code, which is written to a file and loaded, and runs with
all your rights. A foreign backend or operator is native code that the publisher asks you to link into your app.

What it cannot see: what compiled parts do. For XNNPACK they are a description of a graph, for the processors of
Qualcomm, Arm and others a program for that processor.

Fix: export the original model again with `torch.export`, for the backends that you use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.executorch_backends import BACKENDS, LIBRARIES, LIBRARY_KEY, OPERATORS

if TYPE_CHECKING:
    from hilt.formats.executorch import Executorch
    from hilt.formats.executorch_data import ExecutorchData


def executorch_delegates(file: ReadFile[Executorch | ExecutorchData]) -> Iterator[Finding | Fact]:
    delegates = dict(getattr(file.value, "delegates", {}))
    libraries = sorted(LIBRARIES & delegates.keys()) or [name for name in file.value.data if name.endswith(LIBRARY_KEY)]

    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    if libraries:
        yield seen(Severity.CRITICAL, f"loads native code that it brings: {', '.join(map(repr, libraries[:8]))}")
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    for name, count in sorted(delegates.items()):
        parts = f"{count} part{'s' if count > 1 else ''}"
        if name in BACKENDS:
            yield seen(Severity.LOW, f"{parts} compiled for {BACKENDS[name]}: hilt does not see into them")
        elif name not in LIBRARIES:
            yield seen(Severity.MEDIUM, f"{parts} compiled for {name!r}, a backend that ExecuTorch does not bring")
    for name in sorted(getattr(file.value, "operators", ())):
        if name.partition("::")[0] not in OPERATORS:
            yield seen(Severity.MEDIUM, f"needs the operator {name!r}, which ExecuTorch does not bring")


CHECK = listed("executorch-delegates")
