"""Runs are only a faster way: with them and without, the machine sees, holds and refuses the same."""

from __future__ import annotations

import pickle
import random
import re
from typing import Any

import pytest
from hypothesis import example, given

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle_runs, pickle_walk
from hilt.formats.pickle_machine import Items, Machine, Made, Opcode, Value
from hilt.formats.pickle_runs import Run
from hilt.formats.pickle_walk import RUN, walk
from properties.opcode_streams import mutated, streams
from properties.pickled_values import PROTOCOLS, VALUES, dumped


class Watched(Machine):
    """Writes down what it is asked, with a number for each object, so that the same one is known again."""

    def __init__(self) -> None:
        super().__init__(Limits())
        self.did: list[str] = []
        self._numbers: dict[int, tuple[int, Value]] = {}

    def note(self, *values: Value) -> None:
        told, pending = [], list(values)
        while pending:
            value = pending.pop()
            if not isinstance(value, Items | Made | tuple) or value == ():
                told.append(repr(value))
                continue
            known = id(value) in self._numbers
            told.append(f"#{self._numbers.setdefault(id(value), (len(self._numbers), value))[0]}")
            if isinstance(value, Items) and not known:
                told.append(f"{value.kind} {value.size}")
                pending += value.first
            elif not known:
                pending += value if isinstance(value, tuple) else (value.callable, value.args, value.state)
        self.did.append(" ".join(told))

    def named(self, module: Value, name: Value, position: int) -> Value:
        self.note("named", module, name, position)
        return super().named(module, name, position)

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        self.note("called", callable_, args, position)
        return super().called(callable_, args, how, position)

    def built(self, target: Value, state: Value, position: int) -> Value:
        self.note("built", target, state, position)
        return super().built(target, state, position)

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        if not isinstance(target, Items):
            self.note("extended", target, *items[:32], len(items), position)
        super().extended(target, items, position)

    def disputed(self, message: str, position: int) -> None:
        self.note("disputed", message, position)

    def persistent(self, identity: Value, position: int) -> Value:
        self.note("persistent", identity, position)
        return super().persistent(identity, position)

    def note_all(self) -> None:
        """What is on the stack and in the memo at the end."""
        self._carry_out(0, len(self.stack))
        for entry in list(self._memo):
            if isinstance(entry, Run) and not entry.carried_out:
                self._replay(entry)
        self.note("stack", *self.stack)
        self.note("memo", *self._memo)
        self.note("marks", *self._marks, *self._sparse_memo.items())


def watched(data: bytes, *, in_runs: bool) -> tuple[list[str], tuple[str, int | None] | None]:
    machine, error = Watched(), None
    try:
        machine.run(walk(MemorySource(data), 0, len(data), {}, in_runs=in_runs))
    except FormatError as caught:
        error = (caught.message, caught.offset)
    machine.note_all()
    return machine.did, error


def same(data: bytes) -> None:
    assert watched(data, in_runs=True) == watched(data, in_runs=False)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Two opcodes are a run already."""
    monkeypatch.setattr(pickle_runs, "_SHORTEST", 2)
    few = re.compile(rb"(?:%s){,2}+" % pickle_runs._TOKEN, re.DOTALL)
    monkeypatch.setattr(pickle_runs, "_FEW", few)
    return monkeypatch


GROUPS = [
    *(bytes([code]) for code in b"((N]})\x85\x86\x87tldaesu\x94\x94012\x90\x91\x8fRb"),
    b"K\1", b"K\2", b"q\0", b"q\1", b"h\0", b"h\1", b"h\2", b"\x8c\1a", b"C\1b", b"p0\n", b"I1\n", b"g0\n", b"cos\nx\n",
    b"G12345678", b"J1234", b"M12", b"X\2\0\0\0ab", b"r\0\0\0\0", b"Va\n", b"]\x94(K\1K\2e", b"}\x94(\x8c\1aK\1u", b"K\1a",
    b"K\1K\2s", b"K\1K\2\x86", b"K\1K\2\x86\x94", b"]\x94", b"}q\0", b"(lp0\n", b"(dp0\n",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_opcodes_in_any_order_do_the_same_in_runs(short: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        short.setattr(pickle_runs, "_BLOCK", chance.choice([8, 30, 100, 1 << 14]))
        short.setattr(pickle_walk, "_CHUNK", chance.choice([3100, 3200, 1 << 18]))
        some = chance.sample(GROUPS, chance.randint(3, len(GROUPS)))
        body = b"".join(chance.choices(some, k=chance.choice([5, 30, 200])))
        same(chance.choice([b"", b"]\x94(", b"(lp0\n"]) + b"K\1\x94" * chance.randint(0, 3) + body + b".")


KEYS = ["name", "value", "key", "a", "b", "c"]


def value(chance: random.Random, depth: int) -> Any:
    """Nested data as models have it, with shared keys and some that no run may hold."""
    kind = chance.randrange(9 if depth else 5)
    if kind < 5:
        odd = chance.choice([None, True, b"x", b"\x80\x04N.", "é", 10**30])
        leaves = (
            chance.randrange(-5, 100_000),
            chance.random(),
            "abc" * chance.randrange(30),
            odd,
            chance.choice(KEYS),
        )
        return leaves[kind]
    items = [value(chance, depth - 1) for _ in range(chance.choice([0, 1, 2, 3, 40]) if depth < 3 else 30)]
    made = {5: items, 6: tuple(items), 7: {chance.choice(KEYS) + str(n): item for n, item in enumerate(items)}}
    return made.get(kind, [*items, items])


@pytest.mark.parametrize("seed", range(6))
def test_pickled_data_and_mutations_of_it_do_the_same_in_runs(short: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    made = [value(chance, 3) for _ in range(2)]
    for protocol in range(6):
        short.setattr(pickle_runs, "_BLOCK", chance.choice([30, 100, 1000, 1 << 14]))
        short.setattr(pickle_walk, "_CHUNK", chance.choice([3100, 3500, 1 << 18]))
        data = pickle.dumps(made, protocol)[:20_000]
        same(data)
        for _ in range(3):
            changed = bytearray(data)
            for _ in range(chance.randint(1, 3)):
                changed[chance.randrange(len(changed))] = chance.choice([chance.randrange(256), *b"(eut.0aslq2hR"])
            same(bytes(changed))


@given(data=mutated() | streams().map(b"".join))
@example(data=b"]\x94(" + b"K\1" * 100 + b"\x94e.")
@example(data=b"(lp0\n" + b"I1\na" * 100 + b"g0\na.")
def test_generated_streams_do_the_same_in_runs(data: bytes) -> None:
    same(data)


@given(value=VALUES, protocol=PROTOCOLS)
def test_generated_values_do_the_same_in_runs(value: Any, protocol: int) -> None:
    same(dumped(value, protocol))


RECORDS = [{"name": f"item {n}", "place": n, "share": n / 7, "tags": [n, (n, "x")], "flag": True} for n in range(5000)]


@pytest.mark.slow
@pytest.mark.parametrize("protocol", range(6))
def test_most_of_data_is_taken_in_runs(protocol: int) -> None:
    data = pickle.dumps(RECORDS, protocol)
    ops = list(walk(MemorySource(data), 0, len(data), {}, in_runs=True))
    inside = sum(
        argument.end - argument.start for _, code, argument in ops if code == RUN and isinstance(argument, Run)
    )
    assert inside > (0.9 if protocol else 0.5) * len(data)
    assert watched(data, in_runs=True) == watched(data, in_runs=False)


def test_values_nobody_asks_for_are_not_held() -> None:
    data = pickle.dumps(RECORDS, 4)
    machine = Machine(Limits())
    machine.run(walk(MemorySource(data), 0, len(data), {}, in_runs=True))
    held = [entry for entry in machine._memo if not isinstance(entry, Run)]
    assert len(held) < len(machine._memo) / 10
    assert machine.stack[0].size == 5000
