"""A run in a pickle: a stretch of opcodes that only make plain values. `pickle_runs` finds them."""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource

PUSHES = b"JKMGN)XUCIFLVS\x88\x89\x8c\x8a"
"""Opcodes that push a value of their own."""
STARTS = frozenset(PUSHES + b"hjg]}\x8f(")
"""Opcodes with which a run may begin."""


@dataclass(slots=True, eq=False)
class Run:
    """The opcodes in the bytes [start, end) of `source`: they add, then push, and memoise so many values.

    `numbered` is the memo entry that its first PUT names, None where it has no PUT. It reads the memo entries `read`;
    those that it does not write itself must be there, which they are in a memo of `needed` entries.
    The machine that takes it notes how large its stack and its memo were, and whether the run was carried out since.
    """

    source: ByteSource
    start: int
    end: int
    added: int = 0
    pushed: int = 0
    memoised: int = 0
    numbered: int | None = None
    read: frozenset[int] = frozenset()
    needed: int = 0
    holders: tuple[int, ...] = ()
    """Which of its memo entries are containers, by their place among its own; told only where it reads any entry."""
    stack_size: int = 0
    memo_size: int = 0
    carried_out: bool = False
