"""A pickle that runs code when it is loaded.

What: calls, made while the file is loaded, of callables that are a known road to commands, code, files, the network or
other pickles; changes to functions and modules of the process that loads it; and such callables looked up without being
called, for whoever calls them later. Every opcode is followed, without loading anything.

Why: a pickle is a program. Loading it makes whatever calls it names, with the rights of the person who loads it, before
any model is there to look at.

What it cannot see: what a callable that hilt does not know does (see pickle-unknown-call), and what the values that a
pickle builds do when they are used later.

Fix: do not load the file. Ask the publisher for safetensors, or for a file whose weights load with weights_only=True.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks.check import Check, ReadFile, Seen
from hilt.checks.inspect.facts import CODE_ON_LOAD, UNSAFE_CALLS
from hilt.checks.inspect.pickle_carriers import CARRIERS, Carrier, reached, traces
from hilt.core.errors import LimitExceeded
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.knowledge.callables.machine import Call


def pickle_code(file: ReadFile[Carrier]) -> Iterator[Seen]:
    unsafe = 0
    for _, call, where in reached(file):
        if not call.dangerous:
            continue
        named = call.way == "names"
        unsafe += 0 if named else call.count
        severity = Severity.HIGH if named else Severity.CRITICAL
        yield Finding(check=CHECK.id, severity=severity, where=where, message=_message(call))
    for _, trace in traces(file):
        if isinstance(trace.broken, LimitExceeded):
            yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=str(trace.broken))
    if file.value.pickles:
        for key, value in ((UNSAFE_CALLS.key, unsafe), (CODE_ON_LOAD.key, unsafe > 0)):
            yield Fact(key=key, value=value, known=Known.VERIFIED, source=file.path)


def _message(call: Call) -> str:
    through = f" (written as {call.through})" if call.through else ""
    times = f", {call.count} times" if call.count > 1 else ""
    match call.way:
        case "names":
            return f"looks up {call.target}{through} without calling it itself; it {call.judgement.road}"
        case "changes":
            return f"changes {call.target}{through} in the process that loads it: {call.args}{times}"
        case _:
            did = f"calls {call.target}({call.args}){through} while it is being loaded{times}"
            return f"{did}; it {call.judgement.road}"


CHECK = Check(
    id="pickle-code",
    run=pickle_code,
    reads=CARRIERS,
    severity=Severity.CRITICAL,
    facts=(UNSAFE_CALLS, CODE_ON_LOAD),
    doc=__doc__,
)
