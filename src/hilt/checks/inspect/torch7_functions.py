"""Functions in a file of Lua's Torch 7.

What: functions, which Torch 7 writes as the byte code of Lua's machine.

Why: `torch.load` hands the byte code to Lua. Lua does not verify it, so that crafted byte code takes over the process when
the function is called, and models call theirs in `forward`. No source stands beside it.

What it cannot see: what the byte code does.

Fix: do not load it outside a sandbox. Ask the publisher for the weights alone, or read the tensors with a reader that
leaves functions out, such as torchfile for Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.torch7 import Torch7


def torch7_functions(file: ReadFile[Torch7]) -> Iterator[Finding]:
    for offset in file.value.functions:
        where = Where(path=file.path, offset=offset)
        message = "a function as byte code of Lua, which nobody can see into"
        yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)


CHECK = listed("torch7-functions")
