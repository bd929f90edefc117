"""How large the values of a pickle become for whoever walks them: shared containers are counted wherever they stand.

A list that holds a list twice, which holds a list twice, and so on, is a few bytes in the file and in memory. Comparing
it, hashing it, or turning it into text or JSON goes through it as often as it is referred to. Specification: as in
`pickle_machine`, of which this follows only what holds what.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.pickle_opcodes import Opcode
from hilt.formats.pickle_walk import Op

MOST = 10**18
"""Larger numbers are not told apart."""

_NOTHING, _LEAF, _NEW, _PUT, _GET, _MEMOIZE, _FIXED, _MARKED = range(8)
_MARK, _POP, _POP_MARK, _DUP, _ADD, _ADD_MARKED, _NAME = range(8, 15)
_WAYS = {
    **dict.fromkeys((Opcode.PROTO, Opcode.FRAME, Opcode.READONLY_BUFFER, Opcode.STOP), _NOTHING),
    **dict.fromkeys((Opcode.EMPTY_LIST, Opcode.EMPTY_DICT, Opcode.EMPTY_SET), _NEW),
    **dict.fromkeys((Opcode.PUT, Opcode.BINPUT, Opcode.LONG_BINPUT), _PUT),
    **dict.fromkeys((Opcode.GET, Opcode.BINGET, Opcode.LONG_BINGET), _GET),
    **dict.fromkeys((Opcode.TUPLE, Opcode.LIST, Opcode.DICT, Opcode.FROZENSET, Opcode.OBJ, Opcode.INST), _MARKED),
    **dict.fromkeys((Opcode.APPEND, Opcode.BUILD, Opcode.SETITEM), _ADD),
    **dict.fromkeys((Opcode.APPENDS, Opcode.SETITEMS, Opcode.ADDITEMS), _ADD_MARKED),
    Opcode.MEMOIZE: _MEMOIZE, Opcode.MARK: _MARK, Opcode.POP: _POP, Opcode.POP_MARK: _POP_MARK, Opcode.DUP: _DUP,
    Opcode.STACK_GLOBAL: _NAME,
}  # fmt: skip
_TAKES: dict[int, int] = {
    Opcode.TUPLE1: 1, Opcode.TUPLE2: 2, Opcode.TUPLE3: 3, Opcode.REDUCE: 2, Opcode.NEWOBJ: 2, Opcode.NEWOBJ_EX: 3,
    Opcode.BINPERSID: 1,
}  # fmt: skip
"""Opcodes that make one value of so many."""
_TABLE = [_LEAF] * 256
for _code in Opcode:
    _TABLE[_code] = _FIXED if _code in _TAKES else _WAYS.get(_code, _LEAF)
_NODE, _HOLDER, _LINK = 48, 160, 8
"""About how many bytes a container takes here, one that holds others, and each of those."""


def growth(ops: Iterable[Op], limits: Limits) -> tuple[int, int]:
    """The values that the pickle spells out, and the values that a walk of the largest of them meets.

    Raises `LimitExceeded` where there are more containers than may be held; a pickle that breaks counts up to there.
    """
    values = _Values(limits.pickle_held_bytes)
    try:
        values.run(ops)
    except LimitExceeded:
        raise
    except (FormatError, IndexError):
        pass
    return sum(values.size), values.walked()


class _Values:
    """What holds what. Values are numbers: 0 stands for all that hold nothing."""

    def __init__(self, allowed: int) -> None:
        self._allowed, self._links = allowed, 0
        self.size = [0]
        """Of each container, itself and the values right inside it that hold nothing."""
        self.holds: dict[int, list[int]] = {}
        """The containers right inside a container, as often as they stand there."""

    def run(self, ops: Iterable[Op]) -> None:
        stack: list[int] = []
        marks: list[int] = []
        memo: dict[Any, int] = {}
        for _, code, argument in ops:
            way = _TABLE[code]
            if way == _LEAF:
                stack.append(0)
            elif way == _MEMOIZE:
                memo[len(memo)] = stack[-1]
            elif way == _GET:
                stack.append(memo.get(argument, 0))
            elif way == _PUT:
                memo[argument] = stack[-1]
            elif way == _NEW:
                stack.append(self._new([]))
            elif way == _FIXED:
                taken = _TAKES[code]
                stack[-taken:] = [self._new(stack[-taken:])]
            elif way == _ADD:
                self._add(stack, len(stack) - (2 if code == Opcode.SETITEM else 1))
            elif way == _ADD_MARKED:
                self._add(stack, marks.pop())
            elif way == _MARKED:
                mark = marks.pop()
                stack[mark:] = [self._new(stack[mark:])]
            elif way == _MARK:
                marks.append(len(stack))
            elif way == _DUP:
                stack.append(stack[-1])
            elif way == _POP_MARK or (way == _POP and marks and marks[-1] == len(stack)):
                del stack[marks.pop() :]
            elif way == _POP:
                stack.pop()
            elif way == _NAME:
                stack[-2:] = [0]

    def _new(self, items: list[int]) -> int:
        self.size.append(1)
        self._fill(len(self.size) - 1, items)
        return len(self.size) - 1

    def _add(self, stack: list[int], first: int) -> None:
        """Puts the values from `first` on into the one before them."""
        if stack[first - 1] == 0:
            stack[first - 1] = self._new([])
        self._fill(stack[first - 1], stack[first:])
        del stack[first:]

    def _fill(self, container: int, items: list[int]) -> None:
        inside = [item for item in items if item]
        self.size[container] += len(items) - len(inside)
        if inside:
            self.holds.setdefault(container, []).extend(inside)
            self._links += len(inside)
        held = _NODE * len(self.size) + _HOLDER * len(self.holds) + _LINK * self._links
        if held > self._allowed:
            raise LimitExceeded("pickle_held_bytes", held, self._allowed)

    def walked(self) -> int:
        """Of the container that becomes largest, how many values are in it. What is inside itself counts once."""
        totals: dict[int, int] = {}
        for start in self.holds:
            pending = [] if start in totals else [start]
            while pending:
                one = pending[-1]
                if one not in totals:
                    totals[one] = 0  # begun; whoever meets it now is inside it
                    pending += [inner for inner in self.holds[one] if inner in self.holds and inner not in totals]
                    continue
                pending.pop()
                if totals[one] == 0:
                    inside = sum(max(totals.get(inner, self.size[inner]), 1) for inner in self.holds[one])
                    totals[one] = min(self.size[one] + inside, MOST)
        return max(max(totals.values(), default=0), *self.size)
