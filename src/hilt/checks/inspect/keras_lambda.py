"""A Keras model that holds Python code.

What: Lambda layers, and lambdas anywhere else in the config, whose byte code is stored in the model; with the names that
can be read in the code. Code that names the operating system, the network, files or ways to run more code is critical.

Why: Keras builds a function of the stored bytes and calls it when it builds the model. The bytes may be any program, and
it runs with the rights of whoever loads the model. Keras 3 refuses unless it is told `safe_mode=False`; Keras 2 and
files in the older HDF5 form run it without a question (CVE-2024-3660, CVE-2025-9905).

What it cannot see: what the code does. Names can be hidden from this check, which does not load the code.

Fix: ask the publisher for a model without Lambda layers: a layer class of its own or Keras operations do the same. Never
load it with `safe_mode=False`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.checks.inspect.remedies import refused_by_keras
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.keras import Keras
    from hilt.formats.keras_h5 import KerasH5

_TOLD = 12


def keras_lambda(file: ReadFile[Keras | KerasH5]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.keras_lambda import stored_code

    code_on_load = False
    fix = "Ask the publisher for a model without Lambda layers. "
    older = "Do not load this file: in this older form of Keras no safe_mode holds."
    fix += older if file.format == "keras-h5" else refused_by_keras(file.path)
    for code in stored_code(file.value.config):
        code_on_load = True
        names = code.reaching or code.names
        named = ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")
        whose = f"the layer {code.layer!r}" if code.layer else code.path
        message = f"{whose} holds {code.size} bytes of Python byte code" + (f", which names {named}" if names else "")
        message += (
            "; building the model runs it" if file.format == "keras-h5" else "; loading it with safe_mode=False runs it"
        )
        severity = Severity.CRITICAL if code.reaching else Severity.HIGH
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message, fix=fix)
    if code_on_load:
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


CHECK = listed("keras-lambda")
