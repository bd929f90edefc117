"""hilt's pickle machine sees what CPython's does: the same names, calls, states, persistent ids and values.

And where a stream is broken, it never sees less than what CPython did before it stopped.
"""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats.pickle import KEPT, Opcode, one
from hilt.formats.pickle_machine import Items, Machine, Value
from hilt.knowledge.callables.machine import trace
from properties import real_machine
from properties.opcode_streams import mutated, streams
from properties.pickled_values import PROTOCOLS, VALUES, dumped
from properties.shapes import Did, Shape, shape_of_symbol

UNPICKLERS = [pickle._Unpickler, pickle.Unpickler]


class Watched(Machine):
    """hilt's machine, writing down what it sees as the inert names of CPython's do."""

    def __init__(self) -> None:
        super().__init__(Limits())
        self.did: list[Did] = []

    def named(self, module: Value, name: Value, position: int) -> Value:
        self.did.append(Did("name", module, name))
        return super().named(module, name, position)

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        args, keywords = args if how is Opcode.NEWOBJ_EX else (args, Items("dict"))
        listed = list(args) if isinstance(args, tuple) else args
        self.did.append(Did("call", _shape(callable_), _shape(listed), _shape(keywords)))
        return super().called(callable_, args, how, position)

    def built(self, target: Value, state: Value, position: int) -> Value:
        self.did.append(Did("state", _shape(target), _shape(state)))
        return super().built(target, state, position)

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        if not isinstance(target, Items):
            self.did += [Did("put", _shape(target), _shape(item)) for item in items]
        super().extended(target, items, position)

    def persistent(self, identity: Value, position: int) -> Value:
        self.did.append(Did("persistent", _shape(identity)))
        return super().persistent(identity, position)


_shape = shape_of_symbol


def watched(data: bytes) -> tuple[list[Did], Shape]:
    """What hilt's machine sees in a whole stream, and the value that it leaves."""
    machine = Watched()
    stream = one(MemorySource(data), 0, len(data), "")
    assert stream.broken is None, stream.broken
    machine.run(stream.ops())
    return machine.did, _shape(machine.stack[-1])


def same(data: bytes, base: Any) -> None:
    """Asserts that hilt sees what the unpickler `base` does."""
    ran = real_machine.run(data, base)
    assert ran.error is None, repr(ran.error)
    assert watched(data) == (ran.did, real_machine.shape_of_real(ran.made))


@pytest.mark.parametrize("base", UNPICKLERS)
@given(value=VALUES, protocol=PROTOCOLS)
def test_of_pickled_values_hilt_sees_what_cpython_does(base: Any, value: Any, protocol: int) -> None:
    same(dumped(value, protocol), base)


@pytest.mark.parametrize("base", UNPICKLERS)
@given(ops=streams())
def test_of_streams_that_no_pickler_writes_hilt_sees_what_cpython_does(base: Any, ops: list[bytes]) -> None:
    same(b"".join(ops), base)


def told(data: bytes) -> tuple[Counter[str], set[str]]:
    """What hilt reports of a stream: calls by name, and all names. What has no name, or one too long to tell, is ""."""
    seen = trace(one(MemorySource(data), 0, len(data), ""), Limits())
    names = ["" if call.computed or "…" in call.target else call.target for call in seen.calls]
    calls: Counter[str] = Counter()
    for name, call in zip(names, seen.calls, strict=True):
        calls[name] += call.count if call.way == "calls" else 0
    return calls, set(names)


def done(ran: real_machine.Ran) -> tuple[Counter[str], set[str]]:
    """The same of what CPython did."""
    calls = [did.target for did in ran.did if did.what == "call"]
    named = [_full(*target[1:]) if target[0] == "global" else "" for target in calls]
    return Counter(named), {_full(did.target, did.args) for did in ran.did if did.what == "name"}


def _full(module: str, name: str) -> str:
    short = max(len(module.encode()), len(name.encode())) <= KEPT
    return f"{module}.{name}".rstrip(".") if short else ""


@pytest.mark.slow
@pytest.mark.parametrize("base", UNPICKLERS)
@given(data=mutated() | streams().map(b"".join))
@settings(deadline=None, max_examples=300)
@example(data=b"cos\nsystem\n(X\x04\x00\x00\x00hilttR\x80\xff")
@example(data=b"(S'echo hilt'\nios\nsystem!")  # the last line of the file, without an end
@example(data=b"ios\nsystem\n.")  # without a mark
@example(data=b"\x80\x04\x8c\x02osX\x06\x04\0\0" + b"path.os." * 128 + b"system\x93.")  # longer than is kept
def test_of_broken_streams_hilt_reports_every_call_that_cpython_made(base: Any, data: bytes) -> None:
    calls, names = done(real_machine.run(data, base))
    reported, mentioned = told(data)
    assert calls <= reported
    assert names <= mentioned


@given(data=st.binary(max_size=60).map(lambda data: b"\x80\x04" + data))
def test_of_random_bytes_hilt_reports_every_call_that_cpython_made(data: bytes) -> None:
    for base in UNPICKLERS:
        assert done(real_machine.run(data, base))[0] <= told(data)[0]
