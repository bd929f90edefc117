"""Notes where the bytes of a file may begin a program, and where they may hold a key: a literal search in one pass.

It compares bytes and reads nothing of what they say, so that it may run in the process that hashes, which parses nothing.
What really stands at a mark is read in a worker, by the checks `embedded-program` and `secrets-in-bytes`.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from hilt.core.errors import LimitExceeded
from hilt.core.limits import KIB, Limits

ELF, PE, MACHO = b"\x7fELF", b"PE\0\0", b"\xcf\xfa\xed\xfe"
"""What every program of Linux, Windows and (64-bit) macOS holds at or near its beginning, whatever else its header says."""

RUN = 20
"""Characters in a row of which keys are made; no key has fewer. Random bytes have such a run once in 10^11."""

APART = 4 * KIB
"""Runs that stand no further apart are marked as one stretch of text."""

# Searching for a literal with `re` takes half the time that `bytes.find` takes (CPython 3.11 to 3.13).
_PROGRAMS = tuple(re.compile(re.escape(magic)) for magic in (ELF, PE, MACHO))
_KEY_CHARACTERS = (string.ascii_letters + string.digits + "_-+/=.:@").encode()
_IS_KEY_CHARACTER = bytes(character in _KEY_CHARACTERS for character in range(256))
_IN_A_ROW = b"\1" * RUN
_STEP = 1 << 16
"""Bytes looked at together: they fit into a fast cache with what they are translated to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Where a program may begin, and the stretches (begin, end) that hold runs of the characters keys are made of.

    `exceeded` says which limit left places unmarked where a program may begin; empty where there are none.
    """

    programs: tuple[int, ...] = ()
    texts: tuple[tuple[int, int], ...] = ()
    exceeded: str = ""


class Marker:
    """Takes the bytes of one file chunk by chunk."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.byte_marks
        self._programs: dict[int, None] = {}
        self._texts: list[tuple[int, int]] = []
        self._apart = APART
        self._tail, self._position = b"", 0
        self._exceeded: LimitExceeded | None = None

    def update(self, chunk: bytes) -> None:
        for at in range(0, len(chunk), _STEP):
            part = chunk[at : at + _STEP]
            window, begin = self._tail + part, self._position - len(self._tail)
            self._tail, self._position = window[1 - RUN :], self._position + len(part)
            if window != bytes(len(window)):
                self._mark_texts(window, begin)
                self._mark_programs(window, begin)

    def marks(self) -> Marks:
        exceeded = str(self._exceeded) if self._exceeded is not None else ""
        return Marks(programs=tuple(self._programs), texts=tuple(self._texts), exceeded=exceeded)

    def _mark_programs(self, window: bytes, begin: int) -> None:
        for magic in _PROGRAMS:
            for found in magic.finditer(window):
                if len(self._programs) >= self._most:
                    seen, at = f"place {self._most + 1} that may begin a program", begin + found.start()
                    self._exceeded = self._exceeded or LimitExceeded("byte_marks", seen, self._most, offset=at)
                    return
                self._programs[begin + found.start()] = None

    def _mark_texts(self, window: bytes, begin: int) -> None:
        flags = window.translate(_IS_KEY_CHARACTER)
        first = flags.find(_IN_A_ROW)
        while first >= 0:
            end = first + RUN
            while (last := flags.rfind(_IN_A_ROW, end, end + APART)) >= 0:
                end = last + RUN
            self._mark_text(begin + first, begin + end)
            first = flags.find(_IN_A_ROW, end)

    def _mark_text(self, begin: int, end: int) -> None:
        """The more there are, the further apart are those that are marked as one: their number stays bounded."""
        if self._texts and begin - self._texts[-1][1] <= self._apart:
            self._texts[-1] = (self._texts[-1][0], end)
            return
        self._texts.append((begin, end))
        while len(self._texts) > self._most:
            stretches, self._texts = self._texts, []
            self._apart *= 2
            for stretch in stretches:
                self._mark_text(*stretch)
