"""Where two readers of one pickle part: spellings that no pickler writes, frames that do not end between opcodes.

CPython's unpickler in C, the one in Python, pickletools and Python 2 agree on what picklers write. Beyond that, `I 1` is
True to the one and 1 to the other, `g1_0` is entry 10 or an error, and a literal that crosses the end of its frame is
read or refused. Specification: CPython, Modules/_pickle.c and Lib/pickle.py (3.11).
"""

from __future__ import annotations

import codecs
import re
import warnings

from hilt.core.patterns import lazy_pattern
from hilt.formats.pickle_opcodes import Opcode

_MOST = 16
"""Disputes of one pickle that are told."""
_LINE = 1024
"""Longer lines are data; nothing is named or called by them."""

_NUMBERS: dict[int, re.Pattern[bytes]] = {
    Opcode.INT: lazy_pattern(rb"-?[1-9][0-9]*|0|00|01"),
    Opcode.LONG: lazy_pattern(rb"(?:-?[1-9][0-9]*|0)L"),
    Opcode.FLOAT: lazy_pattern(rb"-?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?|inf|nan)"),
    Opcode.GET: lazy_pattern(rb"0|[1-9][0-9]{0,9}"),
    Opcode.PUT: lazy_pattern(rb"0|[1-9][0-9]{0,9}"),
    Opcode.PERSID: lazy_pattern(rb"[ -~]*"),
}
_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\\\0\n\r\x1a"})
_ESCAPED_BEFORE = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\\\n"})
"""What Python 3.8 and later, and pickles before them, escape in UNICODE beyond what its codec does."""


class Disputes:
    """Follows one pickle whose bytes begin at `start`, told of every opcode of variable length."""

    def __init__(self, start: int) -> None:
        self.found: list[tuple[int, str]] = []
        """The place of each, and what is disputed there."""
        self._start, self.frame_end = start, start

    def crossed(self, position: int) -> None:
        """The opcode at `position` begins inside a frame and ends behind it."""
        self._add(position, "a frame ends inside an opcode, where some loaders stop and others go on")
        self.frame_end = position

    def seen(self, code: int, position: int, after: int, argument: object, line: bytes) -> None:
        """An opcode at `position` whose argument ends at `after`; `line` are the argument's bytes."""
        here = position + (code == Opcode.STOP)
        if code in (Opcode.FRAME, Opcode.STOP) and here < self.frame_end:
            self._add(here, "a frame says that it ends elsewhere; loaders go on at different places from here")
        elif position < self.frame_end < after:
            self.crossed(position)
        if code == Opcode.FRAME and isinstance(argument, int):
            self.frame_end = after + argument
        elif code == Opcode.PROTO and position != self._start:
            said = f"the protocol becomes {argument} in the middle, and with it how names are looked up"
            self._add(position, said)
        elif code == Opcode.BINSTRING and after - position > 1 << 31:
            self._add(position, "a BINSTRING of 2 GiB or more has a negative length to some loaders")
        elif len(line) <= _LINE and misspelt(code, line):
            said = f"{Opcode(code).name} is followed by {line[:60]!r}, as no pickler writes it; readers differ on what it is"
            self._add(position, said)

    def _add(self, position: int, message: str) -> None:
        if len(self.found) < _MOST:
            self.found.append((position, message))


def misspelt(code: int, line: bytes) -> bool:
    """Is `line` the argument of a text opcode, and not as any pickler of Python writes it?"""
    number = _NUMBERS.get(code)
    try:
        if number is not None:
            return number.fullmatch(line) is None
        if code == Opcode.STRING:
            return repr(unescaped(line[1:-1]))[1:].encode() != line
        if code == Opcode.UNICODE:
            text = line.decode("raw-unicode-escape")
            spelt = (text.translate(escaped).encode("raw-unicode-escape") for escaped in (_ESCAPED, _ESCAPED_BEFORE))
            return line not in spelt
    except ValueError:
        return True
    return False


def unescaped(text: bytes) -> bytes:
    """What stands between the quotes of a STRING. Raises `ValueError` where an escape is broken."""
    if b"\\" not in text:
        return text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an escape that does not exist stands for itself
        return codecs.escape_decode(text)[0]
