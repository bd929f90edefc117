"""PaddlePaddle programs that reach for files, Python or the network.

What: operators that call Python functions, save or load files by a path in the program, or talk to other machines.

Why: a PaddlePaddle program is run, not only read. An operator that saves writes wherever the program says, with the
rights of whoever runs the model; an exported model needs none of these.

What it cannot see: operators that come from a library which has to be loaded beside PaddlePaddle.

Fix: do not run it outside a sandbox without network. Ask the publisher for a program exported with `paddle.jit.save`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.paddle_operators import FILES, NETWORK, PYTHON

if TYPE_CHECKING:
    from hilt.formats.paddle_program import PaddleProgram


def paddle_operators(file: ReadFile[PaddleProgram]) -> Iterator[Finding | Fact]:
    program = file.value

    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    for name, count in sorted(program.operators.items()):
        times = f"{name} ({count} time{'s' if count > 1 else ''})"
        if name in PYTHON:
            yield seen(Severity.CRITICAL, f"{times} calls a Python function of the process it runs in")
        elif name in FILES:
            paths = ", ".join(sorted({repr(path) for operator, path in program.paths if operator == name})[:8])
            yield seen(Severity.CRITICAL, f"{times} writes or reads files: {paths or 'the program computes which'}")
        elif name in NETWORK:
            yield seen(Severity.HIGH, f"{times} opens connections to other machines")
        else:
            continue
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


CHECK = listed("paddle-operators")
