"""A program, a library or compiled code where only data should be.

What: files for Linux, Windows and macOS processors; code compiled for Java, WebAssembly, Python, Android or LLVM;
scripts that name the program that runs them. It is worse where the file's name says that it is something else.

Why: weights are data. Nothing that loads a model needs a program from it, and a program that lies beside the weights
waits for something, or somebody, to start it. A program named like a model has one purpose: not to be noticed. Packages of
AOTInductor are the exception: their model is a library, and loading the package runs it.

What it cannot see: what the code does. Programs inside other files (in the bytes of a tensor, behind a picture) are what
embedded-program looks for.

Fix: use the model without these files. If you need one of them, take its source and build it yourself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.file_names import DATA_SUFFIXES, SHELL_SUFFIXES, suffix

if TYPE_CHECKING:
    from hilt.formats.executable import Executable


def native_code(file: ReadFile[Executable]) -> Iterator[Finding | Fact]:
    what = f"{file.value.kind} ({file.value.machine})"
    if suffix(file.name) in DATA_SUFFIXES:
        severity, message = Severity.HIGH, f"{file.name} is named like data, and is code: {what}"
    elif file.format == "script" and suffix(file.name) in SHELL_SUFFIXES:
        severity, message = Severity.LOW, f"a {what}"
    elif "/aotinductor/" in file.path:
        severity, message = Severity.MEDIUM, f"a model compiled by AOTInductor, which loading the package runs: {what}"
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    else:
        severity, message = Severity.MEDIUM, f"code in a model: {what}"
    yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("native-code")
