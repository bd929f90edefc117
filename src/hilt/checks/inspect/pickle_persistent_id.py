"""A pickle that asks its loader for objects, otherwise than PyTorch does.

What: persistent ids in pickles that are loaded without anybody to answer them; and in PyTorch's files those that PyTorch
does not write: of another form, of a class that is no storage, under a key that is no number, at a place that is no
device.

Why: by a persistent id a pickle asks the program that loads it for an object, and what comes is up to that program.
Ordinary loaders refuse to go on. Where one answers, it may look up files, rows or objects under whatever name it is told.

What it cannot see: what a loader of somebody's own makes of the ids.

Fix: ask the publisher which program loads the file, and what it answers; better, ask for safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.pickle_carriers import Carrier, traces, where
from hilt.core.finding import Finding, Severity

if TYPE_CHECKING:
    from hilt.knowledge.callables.trace import Asked, Trace

TORCH = ("torch-zip", "torchscript", "torch-legacy", "torch-tar")
"""Formats whose loader answers."""


def pickle_persistent_id(file: ReadFile[Carrier]) -> Iterator[Finding]:
    for stream, trace in traces(file):
        if stream.overlay:
            continue
        for asked, position, loader in _asked(trace, file.format):
            severity, odd = Severity.MEDIUM, "and ordinary loaders refuse to answer"
            if loader in TORCH:
                from hilt.knowledge.torch_records import odd_identity  # few pickles ask for anything

                severity, odd = Severity.HIGH, odd_identity(asked, loader)
            if odd:
                message = f"asks its loader for the object {asked.identity}, {odd}"
                place = where(file, stream, position)
                yield Finding(check=CHECK.id, severity=severity, where=place, message=message)


def _asked(trace: Trace, loader: str) -> Iterator[tuple[Asked, int, str]]:
    """What a pickle asks for, and the pickles that it loads through PyTorch; where, and the format that is loaded."""
    yield from ((asked, asked.position, loader) for asked in trace.asked)
    for nested in trace.nested:
        if nested.loaded:
            yield from ((asked, nested.position, inner) for asked, _, inner in _asked(nested.trace, "torch-legacy"))


CHECK = listed("pickle-persistent-id")
