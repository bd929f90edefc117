"""Something in a pickle file that is not where readers look for it.

What: bytes behind, between or inside pickles, arrays and compressed streams that belong to nothing; a pickle behind the
one that loaders read; a pickle that breaks, after which loaders have run all that stood before; a pickle in a string of
bytes; and whatever no pickler writes and readers take differently: frames that do not end between opcodes, numbers,
texts and names spelled in other ways, memo entries written twice, arguments that are no tuple, states that bring methods,
calls through the process's extension registry, buffers from outside; values that refer to each other so often that
whatever walks them never ends.

Why: a scanner that stops at the first pickle, at the first error or at the first long string, or that reads one of these
in its own way, sees a harmless file where a loader sees another one.

What it cannot see: pickles that are encrypted, compressed inside a literal, or put together by code elsewhere.

Fix: ask the publisher for a file as the framework writes it, or load it in a sandbox and save it as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.pickle_carriers import traces, where
from hilt.core.errors import LimitExceeded
from hilt.core.finding import Finding, Severity, Where

MILD = ("buffer", "grown")
"""What an unusual writer may write as well."""

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream
    from hilt.knowledge.callables.trace import Nested, Trace


def pickle_hidden(file: ReadFile[Any]) -> Iterator[Finding]:
    for position, unread in _behind(file):
        message = f"{unread} bytes behind what loaders read belong to nothing"
        place = Where(path=file.path, offset=position)
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=place, message=message)
    streams = [pair for pair in traces(file) if not pair[0].overlay]
    for number, (stream, trace) in enumerate(streams):
        last = number == len(streams) - 1 or not streams[number + 1][0].following
        for severity, message, position in _seen(stream, trace, last=last):
            place = where(file, stream, position)
            yield Finding(check=CHECK.id, severity=severity, where=place, message=message)


def _behind(file: ReadFile[Any]) -> Iterator[tuple[int, int]]:
    """Bytes behind all that loaders read, of the file or of its members: where they begin, and how many they are."""
    if file.format == "npz":
        for member in file.value.archive.members:
            array = file.value.arrays.get(member.path)
            if array is not None and array.unread:
                yield member.offset, array.unread
    elif file.format in ("npy", "joblib") and file.value.unread:
        yield file.source.size - file.value.unread, file.value.unread


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
    elif last and stream.unread < 3 and stream.source.read(stream.end, stream.unread) in (b"\n", b"\r\n"):
        yield Severity.LOW, "a line feed behind its end belongs to nothing", stream.end
    elif stream.unread and trace.broken is None:
        severity, place = (Severity.MEDIUM, "its end") if last else (Severity.HIGH, "it, before the next pickle,")
        yield severity, f"{stream.unread} bytes behind {place} belong to nothing", stream.end
    for oddity in trace.oddities:
        severity = Severity.MEDIUM if oddity.id in MILD else Severity.HIGH
        yield severity, oddity.message, oddity.offset or stream.start
    for nested in trace.nested:
        if not nested.loaded:
            yield _inside(nested)


def _inside(nested: Nested) -> tuple[Severity, str, int]:
    worst = nested.trace.worst
    severity = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)[worst]
    calls = [call for call in nested.trace.calls if call.judgement.standing is worst]
    does = f", which {calls[0].way} {calls[0].target}({calls[0].args})" if calls else ""
    return severity, f"a pickle stands in a string of bytes{does}", nested.position


CHECK = listed("pickle-hidden")
