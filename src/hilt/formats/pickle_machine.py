"""The pickle machine without its effects: stack, marks and memo hold symbolic values; nothing is imported or called.

What a global, a call or a persistent id becomes is decided by the methods that a subclass overrides. Where the real
machine stops with an error (stack underflow, a memo entry that was never written), so does this one.
Specification: CPython, Modules/_pickle.c.
"""

# ruff: noqa: ARG001, ARG002, ARG005 -- every action takes (argument, position), whether it needs them or not

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.pickle_opcodes import BYTES, TEXTS, Opcode
from hilt.formats.pickle_run import Run
from hilt.formats.pickle_stack import Stack, is_full
from hilt.formats.pickle_values import KEPT_ITEMS, Global, Items, Made, Opaque, Value
from hilt.formats.pickle_walk import RUN, Op, Span, walk

__all__ = ["KEPT_ITEMS", "Global", "Items", "Machine", "Made", "Opaque", "Value"]

_CONSTANTS = {Opcode.NONE: None, Opcode.NEWTRUE: True, Opcode.NEWFALSE: False, Opcode.EMPTY_TUPLE: ()}
_EMPTY = {Opcode.EMPTY_LIST: "list", Opcode.EMPTY_DICT: "dict", Opcode.EMPTY_SET: "set"}
_TUPLES = {Opcode.TUPLE1: 1, Opcode.TUPLE2: 2, Opcode.TUPLE3: 3}
_NUMBERS = frozenset(
    {Opcode.BININT, Opcode.BININT1, Opcode.BININT2, Opcode.BINFLOAT}
    | {Opcode.INT, Opcode.FLOAT, Opcode.LONG, Opcode.LONG1, Opcode.LONG4}
)
_NOTHING = frozenset({Opcode.PROTO, Opcode.FRAME, Opcode.READONLY_BUFFER})
_ACT, _PUSH, _KEEP = range(3)
_WAYS = bytes(_PUSH if code in _NUMBERS else _KEEP if code == Opcode.MEMOIZE else _ACT for code in range(256))
"""What is done so often that it is done without calling an action: pushing a number, memoising in order."""
_BATCH = 1 << 16
_SLOT, _OBJECT = 40, 120
"""About what a stack or memo entry takes in memory, and what a container or a text does, in bytes."""


class Machine(Stack):
    """Runs opcodes. The methods up to `extension` say what becomes of them; override them to watch or to know more."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._allowed = limits.pickle_held_bytes
        self._kept = 0
        """Bytes that a subclass holds for good."""
        self._actions = self._table()

    def named(self, module: Value, name: Value, position: int) -> Value:
        """A global is looked up; `module` and `name` are strings unless they were computed."""
        if isinstance(module, str) and isinstance(name, str):
            return Global(module, name)
        return Opaque("a name that is computed")

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        """`callable_` is called; `args` is usually a tuple, for NEWOBJ_EX the tuple (args, keywords)."""
        return Made(callable_, args)

    def built(self, target: Value, state: Value, position: int) -> Value:
        """BUILD gives `target` its state; what is returned stands in its place."""
        if isinstance(target, Made):
            target.state = state
        return target

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        """Items are appended, added or set on `target`, which may be no container; pairs for SETITEM and SETITEMS.

        Of items behind those that a container keeps, `Run` may stand for any.
        """
        if isinstance(target, Items):
            target.add(items)

    def persistent(self, identity: Value, position: int) -> Value:
        """An object outside the pickle is asked for."""
        return Opaque("a persistent object")

    def extension(self, code: int, position: int) -> Value:
        """An entry of the process's extension registry (copyreg) is asked for."""
        return Opaque(f"extension {code}")

    def outside(self, position: int) -> Value:
        """A buffer is asked for that the loader was given beside the pickle."""
        return Opaque("a buffer outside the pickle")

    def run(self, ops: Iterable[Op]) -> None:
        """Runs `ops`. Raises `FormatError` where the real machine stops, `LimitExceeded` when too much is held."""
        stack, memo, sparse_memo, actions = self.stack, self._memo, self._sparse_memo, self._actions
        push, ways, batch = stack.append, _WAYS, max(1, min(_BATCH, self._allowed // (8 * _OBJECT)))
        position, going = 0, True
        ops = iter(ops)
        while going:
            going = False
            for position, code, argument in islice(ops, batch):
                way = ways[code]
                if way == _PUSH:
                    push(argument)
                elif way == _KEEP and len(stack) > self._fence and not sparse_memo and stack[-1].__class__ is not Run:
                    memo.append(stack[-1])
                else:
                    actions[code](argument, position)
                going = True
            self._weigh(position)

    def _weigh(self, position: int) -> None:
        slots = _SLOT * (len(self.stack) + len(self._marks) + len(self._memo) + 4 * len(self._sparse_memo))
        if slots + self._made + self._kept > self._allowed:
            self._made = self._live()
            if slots + self._made + self._kept > self._allowed:
                held = slots + self._made + self._kept
                raise LimitExceeded("pickle_held_bytes", held, self._allowed, offset=position)

    def _live(self) -> int:
        """About how many bytes the values take that are still held; at most a little over half of what is allowed."""
        seen: set[int] = set()
        pending: list[Value] = [*self._sparse_memo.values()]
        total = 0
        for values in (self.stack, self._memo):
            for value in values:
                pending.append(value)
                while pending:
                    one = pending.pop()
                    if isinstance(one, str | bytes):
                        total += len(one) + _OBJECT // 2
                    elif isinstance(one, tuple | Items | Made) and id(one) not in seen:
                        seen.add(id(one))
                        total += _OBJECT
                        pending += one if isinstance(one, tuple) else _inside(one)
                if total > self._allowed // 2:
                    return self._allowed
        return total

    def _table(self) -> list[Callable[[Any, int], None]]:
        table: dict[int, Callable[[Any, int], None]] = {
            Opcode.MARK: self._mark, Opcode.POP: self._pop_one, Opcode.DUP: self._dup,
            Opcode.POP_MARK: lambda argument, position: self._drop(position),
            Opcode.STOP: lambda argument, position: self._stop(position),
            Opcode.REDUCE: self._reduce, Opcode.NEWOBJ: self._newobj, Opcode.NEWOBJ_EX: self._newobj_ex,
            Opcode.OBJ: self._obj, Opcode.INST: self._inst, Opcode.BUILD: self._build,
            Opcode.GLOBAL: self._global, Opcode.STACK_GLOBAL: self._stack_global,
            Opcode.APPEND: self._append, Opcode.SETITEM: self._setitem, Opcode.SETITEMS: self._setitems,
            Opcode.APPENDS: self._appends, Opcode.ADDITEMS: self._appends,
            Opcode.TUPLE: self._tuple, Opcode.LIST: self._list, Opcode.DICT: self._dict,
            Opcode.FROZENSET: self._frozenset, Opcode.MEMOIZE: self._memoize,
            Opcode.NEXT_BUFFER: lambda argument, position: self.stack.append(self.outside(position)),
            Opcode.PERSID: lambda argument, position: self.stack.append(self.persistent(argument, position)),
            Opcode.BINPERSID: self._binpersid,
        }  # fmt: skip
        table |= dict.fromkeys((Opcode.GET, Opcode.BINGET, Opcode.LONG_BINGET), self._get)
        table |= dict.fromkeys((Opcode.PUT, Opcode.BINPUT, Opcode.LONG_BINPUT), self._put)
        table |= dict.fromkeys((Opcode.EXT1, Opcode.EXT2, Opcode.EXT4), self._extension)
        table |= dict.fromkeys(TEXTS | BYTES, self._text)
        table |= dict.fromkeys(_NOTHING, lambda argument, position: None)
        table[RUN] = self._take
        table |= {code: self._constant(value) for code, value in _CONSTANTS.items()}
        table |= {code: self._empty(kind) for code, kind in _EMPTY.items()}
        table |= {code: self._short_tuple(size) for code, size in _TUPLES.items()}
        return [table.get(code, self._text) for code in range(256)]

    def _constant(self, value: Value) -> Callable[[Any, int], None]:
        return lambda argument, position: self.stack.append(value)

    def _empty(self, kind: str) -> Callable[[Any, int], None]:
        def action(argument: Any, position: int) -> None:
            self._made += _OBJECT
            self.stack.append(Items(kind))

        return action

    def _short_tuple(self, size: int) -> Callable[[Any, int], None]:
        def action(argument: Any, position: int) -> None:
            if len(self.stack) - size < self._fence:
                self._underflow(position)
            self._carry_out(len(self.stack) - size, len(self.stack))
            self._made += _OBJECT
            self.stack[-size:] = [tuple(self.stack[-size:])]

        return action

    # Runs.

    def _take(self, run: Any, position: int) -> None:
        behind = len(self._memo)
        fits = not self._sparse_memo and not self._rewritten and run.needed <= behind
        below: Value = self.stack[-1] if len(self.stack) > self._fence else None
        if not fits or run.numbered not in (None, behind) or (run.added and not is_full(below)):
            self.run(walk(run.source, run.start, run.end, {}))
            return
        for index in run.read:
            if index < behind and self._memo[index].__class__ is Run:
                self._replay(self._memo[index])
        if run.added:
            below.size += run.added
        run.stack_size, run.memo_size = len(self.stack), behind
        self.stack += [run] * run.pushed
        self._memo += [run] * run.memoised
        self._made += _OBJECT
        self._weigh(position)

    def _carried_out(self, run: Run) -> tuple[list[Value], list[Value]]:
        replay = _Replay(self._memo, run)
        replay.run(walk(run.source, run.start, run.end, {}))
        self._made += replay.made
        return replay.stack[1:], replay.entries

    # Values.

    def _stop(self, position: int) -> None:
        self._top(position)
        if len(self.stack) > 1 or self._marks:
            left = len(self.stack) - 1 + len(self._marks)
            self.disputed(f"{left} values and marks lie below the one that it returns, made for nothing", position)

    def _text(self, argument: Any, position: int) -> None:
        self._made += _OBJECT if argument.__class__ is Span else len(argument) + _OBJECT // 2
        self.stack.append(argument)

    # Containers.

    def _tuple(self, argument: Any, position: int) -> None:
        values = self._since_mark(position)
        self._made += _OBJECT
        if len(values) <= KEPT_ITEMS:
            self.stack.append(tuple(values))
        else:
            self.stack.append(Items("tuple", values[:KEPT_ITEMS], len(values)))

    def _list(self, argument: Any, position: int, kind: str = "list") -> None:
        values = self._since_mark(position)
        self._made += _OBJECT
        self.stack.append(Items(kind, values[:KEPT_ITEMS], len(values)))

    def _frozenset(self, argument: Any, position: int) -> None:
        self._list(argument, position, "frozenset")

    def _dict(self, argument: Any, position: int) -> None:
        pairs = _pairs(self._since_mark(position), position)
        self._made += _OBJECT
        self.stack.append(Items("dict"))
        self.stack[-1].add(pairs)

    def _append(self, argument: Any, position: int) -> None:
        item = self._pop(position)
        self.extended(self._top(position), [item], position)

    def _appends(self, argument: Any, position: int) -> None:
        items = self._since_mark(position, self._room())
        self.extended(self._top(position), items, position)

    def _setitem(self, argument: Any, position: int) -> None:
        value, key = self._pop(position), self._pop(position)
        self.extended(self._top(position), [(key, value)], position)

    def _setitems(self, argument: Any, position: int) -> None:
        values = self._since_mark(position, self._room())
        self.extended(self._top(position), _pairs(values[: len(values) & ~1], position), position)
        _pairs(values, position)

    # Globals, calls, state.

    def _global(self, argument: Any, position: int) -> None:
        module, name = argument
        self._made += _OBJECT
        self.stack.append(self.named(module, name, position))

    def _stack_global(self, argument: Any, position: int) -> None:
        name, module = self._pop(position), self._pop(position)
        self._made += _OBJECT
        self.stack.append(self.named(module, name, position))

    def _extension(self, code: Any, position: int) -> None:
        self.stack.append(self.extension(code, position))

    def _binpersid(self, argument: Any, position: int) -> None:
        self.stack.append(self.persistent(self._pop(position), position))

    def _call(self, callable_: Value, args: Value, how: Opcode, position: int) -> None:
        self._made += _OBJECT
        self.stack.append(self.called(callable_, args, how, position))

    def _reduce(self, argument: Any, position: int) -> None:
        args, callable_ = self._pop(position), self._pop(position)
        self._call(callable_, args, Opcode.REDUCE, position)

    def _newobj(self, argument: Any, position: int) -> None:
        args, callable_ = self._pop(position), self._pop(position)
        self._call(callable_, args, Opcode.NEWOBJ, position)

    def _newobj_ex(self, argument: Any, position: int) -> None:
        keywords, args, callable_ = self._pop(position), self._pop(position), self._pop(position)
        self._call(callable_, (args, keywords), Opcode.NEWOBJ_EX, position)

    def _obj(self, argument: Any, position: int) -> None:
        values = self._since_mark(position)
        if not values:
            self._underflow(position)
        self._call(values[0], tuple(values[1 : KEPT_ITEMS + 1]), Opcode.OBJ, position)

    def _inst(self, argument: Any, position: int) -> None:
        module, name = argument
        callable_ = self.named(module, name, position)  # before the mark is missed, as in CPython's Python
        values = self._since_mark(position)
        self._call(callable_, tuple(values[:KEPT_ITEMS]), Opcode.INST, position)

    def _build(self, argument: Any, position: int) -> None:
        state = self._pop(position)
        target = self._top(position)
        self.stack[-1] = self.built(target, state, position)


class _Replay(Machine):
    """Carries out a run by itself, with the memo of the machine that took it."""

    def __init__(self, memo: list[Value], run: Run) -> None:
        super().__init__(Limits())
        self._before, self._first = memo, run.memo_size
        self.stack.append(Items("list"))  # what the run may add to

    @property
    def entries(self) -> list[Value]:
        """The memo entries that the run writes."""
        return self._memo

    @property
    def made(self) -> int:
        """About how many bytes its values take."""
        return self._made

    def _get(self, index: Any, position: int) -> None:
        known = self._before[index] if index < self._first else self._memo[index - self._first]
        self.stack.append(known)

    def _put(self, index: Any, position: int) -> None:
        self._memo.append(self._top(position))


def _inside(value: Items | Made) -> list[Value]:
    return value.first if isinstance(value, Items) else [value.callable, value.args, value.state]


def _pairs(values: list[Value], position: int) -> list[Value]:
    if len(values) % 2:
        raise FormatError(f"{len(values)} keys and values are no pairs", offset=position)
    return list(zip(values[::2], values[1::2], strict=True))
