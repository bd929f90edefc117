"""Something in a pickle file that is not where readers look for it.

What: bytes behind, between or inside pickles that belong to nothing; a pickle behind the one that loaders read; a pickle
that breaks, after which loaders have run all that stood before; a pickle in a string of bytes; frames that readers follow
differently; calls through the process's extension registry.

Why: a scanner that stops at the first pickle, at the first error or at the first long string sees a harmless file where
a loader sees another one.

What it cannot see: pickles that are encrypted, compressed inside a literal, or put together by code elsewhere.

Fix: ask the publisher for a file as the framework writes it, or load it in a sandbox and save it as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks.check import Check, ReadFile
from hilt.checks.inspect.pickle_carriers import CARRIERS, Carrier, traces, where
from hilt.core.errors import LimitExceeded
from hilt.core.finding import Finding, Severity

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream
    from hilt.knowledge.callables.trace import Nested, Trace


def pickle_hidden(file: ReadFile[Carrier]) -> Iterator[Finding]:
    streams = [pair for pair in traces(file) if not pair[0].overlay]
    for number, (stream, trace) in enumerate(streams):
        last = number == len(streams) - 1 or not streams[number + 1][0].following
        for severity, message, position in _seen(stream, trace, last=last):
            place = where(file, stream, position)
            yield Finding(check=CHECK.id, severity=severity, where=place, message=message)


def _seen(stream: PickleStream, trace: Trace, *, last: bool) -> Iterator[tuple[Severity, str, int]]:
    if stream.following:
        yield (
            Severity.LOW,
            "another pickle behind the one that loaders read; it is judged as if it were read",
            stream.start,
        )
    for position, message in stream.disputes:
        yield Severity.HIGH, message, position
    if trace.broken is not None and not isinstance(trace.broken, LimitExceeded):
        # A file that was cut short breaks at its end; one that breaks in its course was made to.
        made = stream.broken is None or stream.made or trace.worst > 0
        message = f"the pickle breaks ({trace.broken}), and loaders run what stands before"
        behind = f"; {stream.unread} bytes lie behind" if stream.unread else ""
        position = stream.end if trace.broken.offset is None else trace.broken.offset
        yield Severity.HIGH if made else Severity.MEDIUM, message + behind, position
    elif stream.unread and trace.broken is None:
        severity, place = (Severity.MEDIUM, "its end") if last else (Severity.HIGH, "it, before the next pickle,")
        yield severity, f"{stream.unread} bytes behind {place} belong to nothing", stream.end
    for oddity in trace.oddities:
        yield Severity.HIGH, oddity.message, oddity.offset or stream.start
    for nested in trace.nested:
        if not nested.loaded:
            yield _inside(nested)


def _inside(nested: Nested) -> tuple[Severity, str, int]:
    worst = nested.trace.worst
    severity = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)[worst]
    calls = [call for call in nested.trace.calls if call.judgement.standing is worst]
    does = f", which {calls[0].way} {calls[0].target}({calls[0].args})" if calls else ""
    return severity, f"a pickle stands in a string of bytes{does}", nested.position


CHECK = Check(id="pickle-hidden", run=pickle_hidden, reads=CARRIERS, severity=Severity.HIGH, doc=__doc__)
