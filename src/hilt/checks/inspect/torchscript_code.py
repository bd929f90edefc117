"""TorchScript code that does more than compute.

What: code in a TorchScript archive that names operators which open files or reach other machines, operators and C++
classes of libraries that hilt does not know, or anything that is no TorchScript.

Why: TorchScript cannot import Python, but PyTorch has operators that write files, read them and call other machines,
and so do libraries registered with it. Code in `__setstate__` runs while the archive is loaded, all else when the model
is used.

What it cannot see: mistakes in PyTorch's own operators that code could make use of; what unknown operators do.

Fix: ask the publisher for the weights as safetensors together with the Python code, or run the model in a sandbox
without files and network.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.errors import FormatError
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.torchscript import CodeFile, TorchScript
    from hilt.knowledge.torchscript import Reach


def torchscript_code(file: ReadFile[TorchScript]) -> Iterator[Seen]:
    from hilt.knowledge.torchscript import ON_LOAD, foreign_classes, reaches, run_on_load

    parsed: list[CodeFile] = []
    for code in file.value.code:
        try:
            code.tree()
        except FormatError as error:
            yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=error.message)
        else:
            parsed.append(code)
    starts = any(ON_LOAD in code.text for code in parsed)
    on_load = run_on_load(code.tree() for code in parsed) if starts else frozenset()
    for code in parsed:
        for reach in reaches(code.tree()):
            severity, message = _judged(reach, reach.function in on_load)
            where = Where(path=f"{file.path}!/{code.path}", line=reach.line)
            yield Finding(check=CHECK.id, severity=severity, where=where, message=message)
            if severity is Severity.CRITICAL:
                yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
        for name in sorted(foreign_classes(code.text)):
            where = Where(path=f"{file.path}!/{code.path}")
            message = f"uses the C++ class {name}, of a library that hilt does not know"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)


def _judged(reach: Reach, on_load: bool) -> tuple[Severity, str]:
    when = " while it is loaded" if on_load else ""
    if not reach.known:
        return Severity.MEDIUM, f"names {reach.name}{when}, which hilt does not know"
    return Severity.CRITICAL if on_load else Severity.HIGH, f"{reach.name} {reach.known}{when}"


CHECK = listed("torchscript-code")
