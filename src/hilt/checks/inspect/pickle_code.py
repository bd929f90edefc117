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

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.checks.inspect.facts import CODE_ON_LOAD, UNSAFE_CALLS
from hilt.checks.inspect.pickle_carriers import Carrier, reached, traces
from hilt.checks.inspect.remedies import against_attack, against_tools
from hilt.core.errors import LimitExceeded
from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.knowledge.callables.trace import Call


def pickle_code(file: ReadFile[Carrier]) -> Iterator[Seen]:
    unsafe = 0
    for _, call, where in reached(file):
        if not call.dangerous:
            continue
        named = call.way == "names"
        unsafe += 0 if named else call.count
        yield Finding(
            check=CHECK.id,
            severity=Severity.HIGH if named else Severity.CRITICAL,
            confidence=Confidence.MEDIUM if named else Confidence.HIGH,  # who uses it decides whether it is called
            where=where,
            message=_message(call),
            fix=against_tools(file) if named else against_attack(file),
        )
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
            what = f"looks up {call.target}{through}, which {call.judgement.road}"
            return f"loading this file {what}; it is not called there, but whatever uses the loaded object may call it"
        case "changes":
            return f"loading this file changes {call.target}{through} in the program that loads it: {call.args}{times}"
        case _:
            return f"loading this file {call.judgement.road}: it calls {call.target}({call.args}){through}{times}"


CHECK = listed("pickle-code")
