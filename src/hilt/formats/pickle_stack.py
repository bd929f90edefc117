"""The stack and the memo of the pickle machine, on which runs may stand for the values that they make.

Who takes a value gets the value: the run is carried out then, once, and its values stand where it stood. That changes
nothing of what they are, because a run takes in nothing but memo entries, which are values and not written again.
"""

# ruff: noqa: ARG002 -- every action takes (argument, position), whether it needs them or not

from __future__ import annotations

from typing import Any, NoReturn

from hilt.core.errors import FormatError
from hilt.formats.pickle_run import Run
from hilt.formats.pickle_values import KEPT_ITEMS, Items, Value

MEMO_GAP = 1 << 16
"""Memo entries that may be left out before one that is written."""
_WANTED = 2 * KEPT_ITEMS
"""Values above a mark that anybody looks at: as many as a dict keeps."""


class Stack:
    """Values and marks, the memo, and what becomes of both."""

    def __init__(self) -> None:
        self.stack: list[Value] = []
        self._marks: list[int] = []
        self._fence = 0
        self._memo: list[Value] = []
        self._sparse_memo: dict[Value, Value] = {}
        self._rewritten = False
        """Has a memo entry been written again?"""
        self._made = 0
        """Bytes of values made since they were last counted, whether or not they are still held."""

    def disputed(self, message: str, position: int) -> None:
        """Something that no pickler writes, and that readers of pickles take differently."""

    def _underflow(self, position: int) -> NoReturn:
        raise FormatError("the pickle takes more from its stack than there is", offset=position)

    def _pop(self, position: int) -> Value:
        self._top(position)
        return self.stack.pop()

    def _top(self, position: int) -> Value:
        if len(self.stack) <= self._fence:
            self._underflow(position)
        if self.stack[-1].__class__ is Run:
            self._replay(self.stack[-1])
        return self.stack[-1]

    def _mark(self, argument: Any, position: int) -> None:
        self._fence = len(self.stack)
        self._marks.append(self._fence)

    def _since_mark(self, position: int, wanted: int = _WANTED) -> list[Value]:
        """The values above the last mark, which are taken from the stack with it; runs may stand behind those wanted."""
        if not self._marks:
            raise FormatError("the pickle asks for a mark that was never set", offset=position)
        mark = self._marks.pop()
        self._carry_out(mark, mark + wanted)
        values = self.stack[mark:]
        del self.stack[mark:]
        self._fence = self._marks[-1] if self._marks else 0
        return values

    def _drop(self, position: int) -> None:
        self._since_mark(position)

    def _pop_one(self, argument: Any, position: int) -> None:
        if self._marks and self._marks[-1] == len(self.stack):
            self._since_mark(position)
        else:
            self._pop(position)

    def _dup(self, argument: Any, position: int) -> None:
        self.stack.append(self._top(position))

    def _room(self) -> int:
        """Values above the last mark that the container below it keeps."""
        below = self.stack[self._marks[-1] - 1] if self._marks and self._marks[-1] else None
        return 0 if is_full(below) else _WANTED

    # The memo.

    def _get(self, index: Any, position: int) -> None:
        if isinstance(index, int) and 0 <= index < len(self._memo):
            if self._memo[index].__class__ is Run:
                self._replay(self._memo[index])
            self.stack.append(self._memo[index])
        elif index in self._sparse_memo:
            self.stack.append(self._sparse_memo[index])
        else:
            raise FormatError(f"memo entry {index} is read before it is written", offset=position)

    def _put(self, index: Any, position: int) -> None:
        value, dense = self._top(position), len(self._memo)
        if not isinstance(index, int) or index < 0:
            raise FormatError("a memo entry is written that has no number", offset=position)
        if index == dense:
            self._memo.append(value)
            self._sparse_memo.pop(index, None)
        elif index < dense:
            if not self._rewritten:
                self._rewritten = True  # what runs read stands only as long as nothing is written again
                for earlier in (*self._memo, *self.stack):
                    if earlier.__class__ is Run and not earlier.carried_out:
                        self._replay(earlier)
                value = self._top(position)
            self._overwritten(self._memo[index], value, index, position)
            self._memo[index] = value
        else:
            if index in self._sparse_memo:
                self._overwritten(self._sparse_memo[index], value, index, position)
            elif index > dense + len(self._sparse_memo) + MEMO_GAP:
                self.disputed(f"memo entry {index} leaves out so many that loaders run out of memory", position)
            self._sparse_memo[index] = value

    def _overwritten(self, earlier: Value, value: Value, index: Any, position: int) -> None:
        if earlier is not value:
            self.disputed(
                f"memo entry {index} is written again; who follows the file otherwise takes another", position
            )

    def _memoize(self, argument: Any, position: int) -> None:
        if self._sparse_memo:
            self.disputed("a MEMOIZE follows a PUT that left entries out; readers count on differently", position)
        self._put(len(self._memo) + len(self._sparse_memo), position)

    # Runs.

    def _carried_out(self, run: Run) -> tuple[list[Value], list[Value]]:
        """The values that `run` pushes, and its memo entries."""
        raise NotImplementedError

    def _carry_out(self, first: int, last: int) -> None:
        """Puts values where runs stand in this part of the stack."""
        values = self.stack[first:last]
        if Run in set(map(type, values)):
            for value in values:
                if value.__class__ is Run and not value.carried_out:
                    self._replay(value)

    def _replay(self, run: Run) -> None:
        """Puts the values of `run` where it stands, in the memo and as much of it as is still on the stack."""
        values, entries = self._carried_out(run)
        for place, value in enumerate(values, run.stack_size):
            if place >= len(self.stack) or self.stack[place] is not run:
                break
            self.stack[place] = value
        self._memo[run.memo_size : run.memo_size + run.memoised] = entries
        run.carried_out = True


def is_full(value: Value) -> bool:
    """Is it a container that keeps no further items?"""
    return value.__class__ is Items and len(value.first) >= KEPT_ITEMS
