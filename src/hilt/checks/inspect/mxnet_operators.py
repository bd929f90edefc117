"""Operators of an MXNet graph that run code from outside of MXNet.

What: in the graph of an MXNet model (`-symbol.json`), operators that run Lua (`TorchModule`, `TorchCriterion`), that hold
an address in memory (`_Native`, `_NDArray`), or that run a Python class registered under a name (`Custom`).

Why: a Lua text in the graph is run when the graph is bound; an address from a file is followed as it stands; and a custom
operator runs whatever Python code registered its name.

What it cannot see: the Python code behind a custom operator, and operators of extension libraries.

Fix: for a custom operator, read the code that the model comes with before you import it; do not bind a graph with the
others.
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
    from hilt.formats.json import Json

RUNS = {
    "TorchModule": "runs Lua",
    "TorchCriterion": "runs Lua",
    "_Native": "follows an address that stands in the file",
    "_NDArray": "follows an address that stands in the file",
}


def mxnet_operators(file: ReadFile[Json]) -> Iterator[Finding | Fact]:
    graph = file.value.value
    if not (isinstance(graph, dict) and isinstance(graph.get("nodes"), list) and "arg_nodes" in graph):
        return
    told = set[str]()
    for node in graph["nodes"]:
        operator = node.get("op") if isinstance(node, dict) else None
        if not isinstance(operator, str) or (operator != "Custom" and operator not in RUNS):
            continue
        attributes = node.get("attrs") or node.get("attr") or node.get("param")
        kind = str(attributes.get("op_type", "")) if isinstance(attributes, dict) else ""
        known = operator in RUNS
        message = (
            f"the operator {operator} {RUNS[operator]}" if known else f"needs Python code for the operator {kind!r}"
        )
        if message not in told:
            told.add(message)
            severity = Severity.CRITICAL if known else Severity.MEDIUM
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
            if known:
                yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


CHECK = listed("mxnet-operators")
