"""The two ways in which R writes numbers and texts of serialised data: in binary, of either byte order, and as ASCII.

Source: R 4, src/main/serialize.c (InInteger, InString, InWord, ReadLENGTH).
"""

from __future__ import annotations

import re

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor

_WORD = re.compile(rb"[ \t\n\r]*+([!-~]++)(?=[ \t\n\r])")
_LONGEST = 400
"""Bytes of a word of ASCII that is a number."""
MISSING = -(1 << 31)
"""The integer that stands for no value."""


class Binary:
    """Numbers of a fixed size; long vectors are passed over unread."""

    def __init__(self, cursor: Cursor, order: str, limits: Limits) -> None:
        self.cursor, self._layout, self._limits = cursor, f"{order}i", limits

    def integer(self, what: str) -> int:
        return self.cursor.number(self._layout, what)

    def text(self, length: int, what: str) -> bytes:
        """A text, of which no more than a name's length is kept."""
        kept = self.cursor.take(min(length, _LONGEST), what)
        self.cursor.skip(length - len(kept), what)
        return kept

    def numbers(self, count: int, size: int, what: str) -> None:
        self.cursor.skip(count * size, what)


class Ascii:
    """Words between blanks; each number is one, a complex number two."""

    def __init__(self, cursor: Cursor, limits: Limits) -> None:
        self.cursor, self._limits = cursor, limits

    def integer(self, what: str) -> int:
        word = self._word(_LONGEST, what)
        try:
            return MISSING if word == b"NA" else int(word)
        except ValueError:
            raise FormatError(f"{word[:40]!r} is no number, in {what}", offset=self.cursor.offset) from None

    def text(self, length: int, what: str) -> bytes:
        if length > self._limits.text_bytes:
            raise LimitExceeded("text_bytes", length, self._limits.text_bytes, offset=self.cursor.offset)
        return self._word(4 * length + 16, what)[:_LONGEST] if length else b""

    def numbers(self, count: int, size: int, what: str) -> None:
        for _ in range(2 * count if size == 16 else count):
            self._word(_LONGEST, what)

    def _word(self, most: int, what: str) -> bytes:
        found = _WORD.match(self.cursor.peek(most + 2))
        if found is None:
            raise FormatError(f"no word, in {what}", offset=self.cursor.offset)
        self.cursor.skip(found.end(), what)
        return found[1]


Stream = Binary | Ascii
