"""The formats whose files hold pickles, and the places of findings in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from hilt.checks.check import ReadFile
from hilt.core.finding import Where

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream
    from hilt.knowledge.callables.trace import Call, Trace

_ARCHIVES = ("torch-zip", "torch-tar", "torchscript", "npz")


class Carrier(Protocol):
    """What a reader of one of `CARRIERS` returns."""

    @property
    def pickles(self) -> tuple[PickleStream, ...]: ...


def traces(file: ReadFile[Carrier]) -> Iterator[tuple[PickleStream, Trace]]:
    """Every pickle of the file and what it does."""
    from hilt.knowledge.callables.machine import trace  # a subject without pickles does not wait for it

    for stream in file.value.pickles:
        yield stream, trace(stream, file.limits)


def reached(file: ReadFile[Carrier]) -> Iterator[tuple[PickleStream, Call, Where]]:
    """Everything not known to be safe that loading the file does, pickles loaded by pickles included.

    TorchScript's own classes are left out: PyTorch compiles them from the archive's code and imports nothing.
    """
    done: set[tuple[int, str, str]] = set()
    for stream, seen in traces(file):
        for call, position in _reached(seen):
            key = (position, call.way, call.target)
            if key in done and stream.overlay:
                continue
            done.add(key)
            if file.format != "torchscript" or not call.target.startswith("__torch__."):
                yield stream, call, where(file, stream, position)


def _reached(seen: Trace) -> Iterator[tuple[Call, int]]:
    for call in seen.calls:
        yield call, call.position
    for nested in seen.nested:
        if nested.loaded:
            for call, _ in _reached(nested.trace):
                yield call, nested.position


def where(file: ReadFile[Carrier], stream: PickleStream, position: int) -> Where:
    """A position in a pickle as the place of a finding: in the member it stands in, where the file is an archive."""
    member = f"!/{stream.name}" if file.format in _ARCHIVES else ""
    return Where(path=file.path + member, offset=position)
