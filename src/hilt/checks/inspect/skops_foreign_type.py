"""A skops model that is made of something other than estimators.

What: the classes and functions that the schema names, each judged as a pickle's would be: those that are a known road to
code, files or the network, and those that nobody knows; operators and methods that are no operators and methods.

Why: skops loads what it trusts by itself, and what its user lists as `trusted`. Many instructions say to list whatever
`get_untrusted_types` returns, and then the model runs what its schema names. Before skops 0.12 some nodes were not even in
that list (CVE-2025-54412, CVE-2025-54413), and `Card.get_model` unpickled what was no skops file (CVE-2025-54886).

What it cannot see: what classes and functions do that hilt does not know.

Fix: do not load it where a known road is named. For unknown types, read their code before you list them as trusted; use
skops 0.13 or later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.skops import Skops

_SHOWN = 200


def skops_foreign_type(file: ReadFile[Skops]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.skops_types import told

    places: dict[tuple[Severity, str], list[str]] = {}
    for node in file.value.nodes:
        if (said := told(node)) is not None:
            places.setdefault(said, []).append(node.path or "the model itself")
    for (severity, what), at in places.items():
        more = f" and {len(at) - 1} more nodes name" if len(at) > 1 else " names"
        message = f"{at[0][:_SHOWN]}{more} {what[:_SHOWN]}"
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
    if any(severity is Severity.CRITICAL for severity, _ in places):
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    elif places:
        yield Fact(key=CODE_ON_LOAD.key, value=None, known=Known.UNKNOWN, source=file.path)


CHECK = listed("skops-foreign-type")
