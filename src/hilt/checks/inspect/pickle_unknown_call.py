"""A pickle that calls or imports something that hilt does not know.

What: callables that a pickle calls while it is loaded, or looks up, which imports their module, and that are neither
known to be safe for what frameworks write nor known to be dangerous. One finding for each; and callables that the file
does not even name, because it computes them.

Why: what is not on a list of dangerous callables is not safe: every library that is installed where the file is loaded
adds callables, and some of them run code. Only what is known to build data passes in silence.

What it cannot see: whether the module is installed where the file will be loaded, and what version of it.

Fix: look at what the named class or function does when it is called with these arguments; if you know it to be harmless,
waive this finding for this file. Better, ask for the weights as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.checks.inspect.facts import CODE_ON_LOAD, UNKNOWN_CALLS
from hilt.checks.inspect.pickle_carriers import Carrier, reached, traces
from hilt.checks.inspect.remedies import of_unknown
from hilt.core.errors import LimitExceeded
from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.knowledge.callables.trace import Call


def pickle_unknown_call(file: ReadFile[Carrier]) -> Iterator[Seen]:
    seen: dict[tuple[str, bool], tuple[Call, Where, int]] = {}
    for stream, call, where in reached(file):
        if call.dangerous or stream.overlay:
            continue
        first, place, count = seen.get((call.target, call.computed), (call, where, 0))
        if first.way == "names" != call.way:
            first, place = call, where
        seen[call.target, call.computed] = (first, place, count + call.count)
    for call, where, count in seen.values():
        severity = Severity.HIGH if call.computed else Severity.MEDIUM
        yield Finding(
            check=CHECK.id,
            severity=severity,
            confidence=Confidence.MEDIUM,
            where=where,
            message=_message(call, count),
            fix=of_unknown(file, "" if call.computed else call.target.partition(".")[0]),
        )
    for _, trace in traces(file):
        if isinstance(trace.broken, LimitExceeded):
            yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=str(trace.broken))
    if file.value.pickles:
        unknown = sum(count for _, _, count in seen.values())
        yield Fact(key=UNKNOWN_CALLS.key, value=unknown, known=Known.VERIFIED, source=file.path)
        if unknown:
            yield Fact(key=CODE_ON_LOAD.key, value=None, known=Known.UNKNOWN, source=file.path)


def _message(call: Call, count: int) -> str:
    times = f", {count} times" if count > 1 else ""
    if call.computed and call.way == "names":
        return f"loading this file looks up {call.target}; it computes what it imports instead of naming it"
    if call.computed:
        did = f"loading this file calls {call.target} with ({call.args}){times}"
        return f"{did}; it computes what it calls instead of naming it, as honest files do not"
    if call.way == "names":
        return f"loading this file imports {call.target}; hilt does not know what that runs"
    return f"loading this file calls {call.target}({call.args}){times}; hilt does not know what that does"


CHECK = listed("pickle-unknown-call")
