"""The objects of a pickle that may hold tensors, and the way to each: keys and attributes, joined by dots.

Nothing is unpickled: the symbolic machine makes values that stand for objects. Here it keeps all items of a container
that may hold a tensor, where otherwise it counts most of them.
"""

# ruff: noqa: ARG002, ARG005 -- every action takes (argument, position), whether it needs them or not

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_machine import KEPT_ITEMS, Global, Items, Machine, Made, Value
from hilt.formats.pickle_opcodes import Opcode

T = TypeVar("T")

_ITEM = 64
"""About what an item that is kept takes in memory, in bytes."""
_NAME_MAX = 1024
"""Characters of a name that are kept."""
_REPEATED = "_flat_weights"
"""An attribute of recurrent modules of PyTorch that lists their parameters again."""
_SILENT = frozenset(("_modules", "_parameters", "_buffers"))
"""Attributes of a module of PyTorch that its state dict leaves out of the names."""


@dataclass(slots=True)
class Filled(Made):
    """What a call returned, and what was put into it: an OrderedDict, a list of a class of its own."""

    items: list[Value] = field(default_factory=list)


class Kept(Items):
    """A container that keeps every item in which there may be a tensor."""

    __slots__ = ()

    def add(self, items: list[Value]) -> None:
        self.size += len(items)
        self.first += _worth(items, len(self.first))


class Objects(Machine):
    """Runs a pickle and keeps what may hold a tensor."""

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        return Filled(callable_, args)

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        held = target.first if isinstance(target, Items) else target.items if isinstance(target, Filled) else []
        before = len(held)
        if isinstance(target, Filled):
            target.items += _worth(items, before)
        else:
            super().extended(target, items, position)
        self._kept += _ITEM * (len(held) - before)

    def _empty(self, kind: str) -> Callable[[Any, int], None]:
        return lambda argument, position: self._hold(kind, [])

    def _tuple(self, argument: Any, position: int) -> None:
        values = self._since_mark(position)
        if len(values) <= KEPT_ITEMS:
            self.stack.append(tuple(values))
        else:
            self._hold("tuple", values)

    def _list(self, argument: Any, position: int, kind: str = "list") -> None:
        self._hold(kind, self._since_mark(position))

    def _dict(self, argument: Any, position: int) -> None:
        values = self._since_mark(position)
        self._hold("dict", list(zip(values[::2], values[1::2], strict=False)))

    def _hold(self, kind: str, items: list[Value]) -> None:
        held = Kept(kind)
        held.add(items)
        self._made += 2 * _ITEM
        self._kept += _ITEM * len(held.first)
        self.stack.append(held)


def _worth(items: list[Value], held: int) -> list[Value]:
    """The items that are kept: the first ones, and of the others those that are no plain values."""
    room = max(0, KEPT_ITEMS - held)
    return items[:room] + [item for item in items[room:] if _may_hold(item)]


def _may_hold(item: Value, depth: int = 2) -> bool:
    """Tuples inside tuples inside tuples are kept unseen: who looks into all of them may see one of them 2^n times."""
    if isinstance(item, tuple):
        return depth == 0 or any(_may_hold(one, depth - 1) for one in item[:KEPT_ITEMS])
    return item is not None and not isinstance(item, (str, bytes, int, float))


def root(stream: PickleStream, machine: Objects) -> Value:
    """What the pickle leaves. Raises `FormatError` where it breaks, `LimitExceeded` where it holds too much."""
    machine.run(stream.ops())
    return machine.stack[-1] if machine.stack else None


class _Way(NamedTuple):
    """The name of a value: its own part behind that of what it stands in."""

    before: _Way | None
    part: str
    depth: int

    def text(self) -> str:
        parts: list[str] = []
        way: _Way | None = self
        while way is not None:
            parts.append(way.part)
            way = way.before
        return ".".join(part for part in reversed(parts) if part)[:_NAME_MAX]


def find(top: Value, leaf: Callable[[Value], T | None], limits: Limits, name: str = "") -> Iterator[tuple[str, T]]:
    """Everything below `top` that `leaf` knows, with its name, in the order of the file; state of optimisers left out.

    Every container is entered once, however often it is held. What has the name of another gets a number behind it, and
    what has none is 0.
    """
    pending: list[tuple[_Way, Value]] = [(_Way(None, name, 0), top)]
    entered: set[int] = set()
    names: dict[str, int] = {}
    found = 0
    while pending:
        way, value = pending.pop()
        known = leaf(value)
        if known is not None:
            found += 1
            if found > limits.header_entries:
                raise LimitExceeded("header_entries", found, limits.header_entries)
            text = way.text() or "0"
            names[text] = times = names.get(text, 0) + 1
            yield text if times == 1 else f"{text}#{times}", known
            continue
        if id(value) in entered or is_optimiser(value) or not isinstance(value, (Made, Items, tuple)):
            continue
        entered.add(id(value))
        if way.depth > limits.tree_depth:
            raise LimitExceeded("tree_depth", way.depth, limits.tree_depth)
        inner = [(_Way(way, part, way.depth + 1), one) for part, one in _inside(value) if _may_hold(one)]
        pending += reversed(inner)


def _inside(value: Value) -> Iterator[tuple[str, Value]]:
    """What stands in a value, and what it is called there; the name is empty where it has none of its own."""
    match value:
        case Made(Global(_, "_reconstruct"), _, tuple((*_, objects))):  # an array of objects
            yield "", objects
        case Made():
            yield from _arguments(value)
            if isinstance(value, Filled):
                yield from _named(value.items)
            if isinstance(value.state, tuple):
                yield from _numbered(one for one in value.state if _may_hold(one))
            else:
                yield "", value.state
        case Items(kind="dict"):
            yield from _named(value.first)
        case Items():
            yield from _numbered(value.first)
        case _:
            yield from _numbered(value)


def _arguments(made: Made) -> Iterator[tuple[str, Value]]:
    """Arguments have no names, but for the pairs of which Python 2 makes an OrderedDict."""
    match made:
        case Made(Global("collections", "OrderedDict"), (Items() as pairs, *_)):
            yield from _named(tuple(one.first) if isinstance(one, Items) else one for one in pairs.first)
        case Made(_, tuple(arguments)):
            yield from (("", one) for one in arguments)
        case _:
            yield "", made.args


def _named(items: Iterable[Value]) -> Iterator[tuple[str, Value]]:
    for number, item in enumerate(items):
        match item:
            case (str(key), inner):
                if key != _REPEATED and not key.lower().startswith("optim"):
                    yield "" if key in _SILENT else key, inner
            case (int(key), inner):
                yield str(key), inner
            case (_, inner):
                yield str(number), inner
            case _:
                yield str(number), item


def _numbered(items: Iterable[Value]) -> Iterator[tuple[str, Value]]:
    values = list(items)
    for number, item in enumerate(values):
        yield "" if len(values) == 1 else str(number), item


def is_optimiser(value: Value) -> bool:
    """Is this what an optimiser of PyTorch keeps: running means of gradients, for every parameter?"""
    if not isinstance(value, Items) or value.kind != "dict":
        return False
    return {"state", "param_groups"} <= {key for key, _ in value.pairs()[:KEPT_ITEMS] if isinstance(key, str)}
