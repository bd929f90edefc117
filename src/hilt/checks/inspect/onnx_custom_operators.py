"""ONNX operators that do not come with the runtime.

What: nodes that call Python functions by name, operators of domains that belong to no widely used runtime and that the
file does not define, operators that the specification does not know under its own name, programs compiled for one
device, and functions of the file that take the place of standard operators.

Why: an operator that the runtime does not have needs a library of native code from the publisher, and that library runs
with all your rights. A function that bears a standard operator's name changes what every reader of the graph believes
it computes.

What it cannot see: what a custom operator's library does; which of ONNX Runtime's own operators your version has.

Fix: ask which library the operator needs, and check that library as you would any program. Prefer a model exported to
standard operators only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.onnx_operators import COMPILED_OPERATORS, KNOWN_DOMAINS, OWN_DOMAINS, calls_python, is_standard

if TYPE_CHECKING:
    from hilt.formats.onnx import Onnx
    from hilt.formats.ort import Ort

LISTED = 8
"""Operators that one message names."""


def onnx_custom_operators(file: ReadFile[Onnx | Ort]) -> Iterator[Finding | Fact]:
    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    model, strange = file.value, defaultdict[str, list[str]](list)
    for function in model.functions:
        if function.domain in OWN_DOMAINS:
            yield seen(Severity.HIGH, f"the file defines {function}, in place of the standard operator")
        elif function.domain in KNOWN_DOMAINS:
            yield seen(Severity.LOW, f"the file defines {function}, in place of the runtime's own")
    for operator, count in model.operators.items():
        nodes = f"{count} node{'s' if count > 1 else ''}"
        if calls_python(operator.domain, operator.name):
            yield seen(Severity.CRITICAL, f"{nodes} of {operator} call a Python function that the file names")
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
        elif operator in model.functions or is_standard(operator.domain, operator.name):
            continue
        elif operator.name in COMPILED_OPERATORS:
            yield seen(Severity.MEDIUM, f"{nodes} of {operator} hold or name a program compiled for one device")
        elif operator.domain in OWN_DOMAINS:
            yield seen(Severity.MEDIUM, f"{nodes} of {operator}, which the ONNX specification does not define")
        else:
            strange[operator.domain].append(operator.name)
    for domain, names in sorted(strange.items()):
        which = ", ".join(sorted(names)[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
        if domain in KNOWN_DOMAINS:
            yield seen(Severity.INFO, f"uses {KNOWN_DOMAINS[domain]}: {domain} {which}")
        else:
            yield seen(Severity.MEDIUM, f"needs operators of the custom domain {domain!r}: {which}")


CHECK = listed("onnx-custom-operators")
