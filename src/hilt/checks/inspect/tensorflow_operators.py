"""TensorFlow graphs that reach for files, Python, the network or native code.

What: nodes, in the graph or in its functions, that read, write or list files, call Python, talk to servers, load data
sets or compiled programs; checkpoints written or read outside the saver; printing into files; operators that TensorFlow
does not bring; vocabularies that no asset brings; assets whose names lead out of the folder.

Why: a TensorFlow graph is a program. Calling a model whose graph holds ReadFile and WriteFile copies any file of the
machine to where its author wants it, without a line of Python.

What it cannot see: the paths that a graph computes, those of its saver among them; what operators of other libraries do;
which part of the graph a serving system really calls.

Fix: do not load it outside a sandbox without network. Ask the publisher for weights in safetensors with the code that
builds the model, or export again from the source.
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
from hilt.knowledge.siblings import leads_away
from hilt.knowledge.tensorflow_names import is_own, library_of
from hilt.knowledge.tensorflow_operators import DESCRIBED, MAY_REACH, REACHES, SAVERS, TABLES, belongs_to_saver

if TYPE_CHECKING:
    from hilt.formats.tensorflow_graph import TensorflowGraph, Use


LISTED = 8
"""Operators that one message names."""


def tensorflow_operators(file: ReadFile[TensorflowGraph]) -> Iterator[Finding | Fact]:
    graph, told = file.value, set[tuple[str, str]]()

    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    for use in graph.uses:
        if (use.operator, use.function) in told:
            continue
        judged = _judged(use, bool(graph.assets))
        if judged is None:
            continue
        told.add((use.operator, use.function))
        severity, does = judged
        place = f"in the function {use.function!r}" if use.function else "in the graph"
        yield seen(severity, f"{use.operator} ({place}, node {use.node!r}) {does}")
        if severity is Severity.CRITICAL:
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    for severity, message in _of_libraries(graph):
        yield seen(severity, message)
    for operator, target in graph.targets:
        if operator in DESCRIBED:
            if "/" in target and not target.startswith(("local://", "bytes://")):
                yield seen(Severity.HIGH, f"{operator} reads the description of its messages from the file {target!r}")
        elif "://" in target:
            yield seen(Severity.CRITICAL, f"{operator} writes tensors to {target!r}")
    for asset in graph.assets:
        if away := leads_away(asset):
            yield seen(Severity.HIGH, f"the asset {asset!r} {away}")


def _judged(use: Use, with_assets: bool) -> tuple[Severity, str] | None:
    """How bad an operator is and what it does; None where it only computes."""
    if use.operator in REACHES:
        return Severity.CRITICAL, REACHES[use.operator]
    if use.operator in MAY_REACH:
        return Severity.MEDIUM, MAY_REACH[use.operator]
    if use.operator in SAVERS and not belongs_to_saver(use.function, use.node):
        return Severity.MEDIUM, "writes or reads a checkpoint outside the saver"
    if use.operator in TABLES and not with_assets:
        return Severity.MEDIUM, "reads a vocabulary, and the model brings no asset file"
    return None


def _of_libraries(graph: TensorflowGraph) -> Iterator[tuple[Severity, str]]:
    """The operators that are neither TensorFlow's own nor functions of the graph, by the library that brings them."""
    functions = {use.function for use in graph.uses}
    strange = defaultdict[str, set[str]](set)
    for use in graph.uses:
        if not is_own(use.operator) and use.operator not in functions and use.operator not in (REACHES | MAY_REACH):
            strange[library_of(use.operator)].add(use.operator)
    for library, operators in sorted(strange.items()):
        more = f" and {len(operators) - LISTED} more" if len(operators) > LISTED else ""
        which = ", ".join(sorted(operators)[:LISTED]) + more
        if library:
            yield Severity.LOW, f"needs the library {library} for {which}"
        else:
            yield Severity.MEDIUM, f"needs a library of native code that is not TensorFlow for {which}"


CHECK = listed("tensorflow-operators")
