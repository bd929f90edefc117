"""TensorFlow graphs that reach for files, Python, the network or native code.

What: nodes, in the graph or in its functions, that read, write or list files, call Python, talk to servers, load data
sets or compiled programs; checkpoints written or read outside the saver; printing into files; vocabularies that no
asset brings; assets whose names lead out of the folder.

Why: a TensorFlow graph is a program. Calling a model whose graph holds ReadFile and WriteFile copies any file of the
machine to where its author wants it, without a line of Python.

What it cannot see: the paths that a graph computes, those of its saver among them; operators of libraries that have to
be loaded beside TensorFlow; which part of the graph a serving system really calls.

Fix: do not load it outside a sandbox without network. Ask the publisher for weights in safetensors with the code that
builds the model, or export again from the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away
from hilt.knowledge.tensorflow_operators import MAY_REACH, REACHES, SAVERS, TABLES, belongs_to_saver

if TYPE_CHECKING:
    from hilt.formats.tensorflow_graph import TensorflowGraph


def tensorflow_operators(file: ReadFile[TensorflowGraph]) -> Iterator[Finding | Fact]:
    graph, told = file.value, set[tuple[str, str]]()

    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)

    for use in graph.uses:
        place = f"in the function {use.function!r}" if use.function else "in the graph"
        what = f"{use.operator} ({place}, node {use.node!r})"
        if (use.operator, use.function) in told:
            continue
        if use.operator in REACHES:
            yield seen(Severity.CRITICAL, f"{what} {REACHES[use.operator]}")
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
        elif use.operator in MAY_REACH:
            yield seen(Severity.MEDIUM, f"{what} {MAY_REACH[use.operator]}")
        elif use.operator in SAVERS and not belongs_to_saver(use.function, use.node):
            yield seen(Severity.MEDIUM, f"{what} writes or reads a checkpoint outside the saver")
        elif use.operator in TABLES and not graph.assets:
            yield seen(Severity.MEDIUM, f"{what} reads a vocabulary, and the model brings no asset file")
        else:
            continue
        told.add((use.operator, use.function))
    for operator, target in graph.targets:
        if "://" in target:
            yield seen(Severity.CRITICAL, f"{operator} writes tensors to {target!r}")
    for asset in graph.assets:
        if away := leads_away(asset):
            yield seen(Severity.HIGH, f"the asset {asset!r} {away}")


CHECK = listed("tensorflow-operators")
