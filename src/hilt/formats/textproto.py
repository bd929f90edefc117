"""Walks the text format of Protocol Buffers, for the readers of formats that are written in it.

Specification: Protocol Buffers Documentation, "Text Format Language". Fields are `name: value` or `name { ... }`, lists
stand in brackets, strings in either quotes and one behind the other, comments behind `#`. What a field means is in the
schema of the format, so this module knows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits

_SKIPPED = re.compile(r"(?:\s|#[^\n]*(?:\n|\Z))*+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*+"|' + r"'(?:[^'\\\n]|\\.)*+'")
_WORD = re.compile(r"[A-Za-z0-9_.+-]++|\[[A-Za-z0-9_./-]++\](?=\s*[:{<])")
_PLAIN = re.compile(
    r"""\s*+([A-Za-z_]\w*+)\s*+:\s*+(?:"([^"\\\n]*+)"|'([^'\\\n]*+)'|([\w.+-]++))\s*+[;,]?+(?!\s*+["'#])""", re.ASCII
)
"""A field with one value and nothing special about it: nearly all are, and this is quicker."""
_NUMBERS = re.compile(r"\[(?:\s*+[\w.+-]++\s*+,?+)*+\s*+\]", re.ASCII)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CLOSING = {"{": "}", "<": ">"}


class Field(NamedTuple):
    """One field: the names of the messages around it and its own; `value` is None where it is a message that begins."""

    path: tuple[str, ...]
    value: str | None
    quoted: bool
    line: int


def fields(text: str, limits: Limits) -> Iterator[Field]:
    """The fields of `text` in order, lists of bare numbers and words left out.

    Raises `FormatError` where it is no text format.
    """
    walk = _Walk(text, limits)
    while not walk.ended():
        yield from walk.field()


class _Walk:
    def __init__(self, text: str, limits: Limits) -> None:
        self._text, self._limits, self._at = text, limits, 0
        self._open: list[tuple[str, str]] = []
        self._fields, self._line, self._counted = 0, 1, 0

    def ended(self) -> bool:
        """Is nothing left? Raises `FormatError` where a message is still open."""
        self._skip()
        if self._at < len(self._text):
            return False
        if self._open:
            raise self._error(f"the message {self._open[-1][0]!r} is not closed")
        return True

    def field(self) -> Iterator[Field]:
        """The next field, the values of a list one by one; none where a message ends."""
        if self._open and self._take(self._open[-1][1]):
            self._open.pop()
            _ = self._take(";") or self._take(",")
            return
        if (plain := _PLAIN.match(self._text, self._at)) is not None:
            self._at = plain.end(1)
            name, double, single, word = plain.groups()
            value = next(one for one in (double, single, word) if one is not None)
            found = self._found(name, value, quoted=word is None)
            self._at = plain.end()
            yield found
            return
        name = self._match(_WORD)
        if name is None:
            raise self._error(f"no field begins with {self._text[self._at : self._at + 20]!r}")
        colon = self._take(":")
        if opening := self._opening():
            yield self._message(name, opening)
        elif not colon and not self._text.startswith("[", self._at):  # only messages, and lists of them, need none
            raise self._error(f"the field {name!r} has no value")
        elif self._match(_NUMBERS):
            pass
        elif self._take("["):
            while not self._take("]"):
                if opening := self._opening():
                    depth = len(self._open)
                    yield self._message(name, opening)
                    while len(self._open) > depth and not self.ended():
                        yield from self.field()
                elif colon:
                    yield self._value(name)
                else:
                    raise self._error(f"the list {name!r} holds no message")
                self._take(",")
        else:
            yield self._value(name)
        _ = self._take(";") or self._take(",")

    def _message(self, name: str, opening: str) -> Field:
        if len(self._open) >= self._limits.graph_depth:
            raise LimitExceeded("graph_depth", len(self._open) + 1, self._limits.graph_depth)
        found = self._found(name, None, quoted=False)
        self._open.append((name, _CLOSING[opening]))
        return found

    def _value(self, name: str) -> Field:
        self._skip()
        parts: list[str] = []
        while (part := self._match(_STRING)) is not None:
            parts.append(_ESCAPE.sub(_unescaped, part[1:-1]))
        if parts:
            return self._found(name, "".join(parts), quoted=True)
        word = self._match(_WORD)
        if word is None:
            raise self._error(f"the field {name!r} has no value")
        return self._found(name, word, quoted=False)

    def _found(self, name: str, value: str | None, *, quoted: bool) -> Field:
        self._fields += 1
        if self._fields > self._limits.protobuf_fields:
            raise LimitExceeded("protobuf_fields", self._fields, self._limits.protobuf_fields)
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return Field((*(outer for outer, _ in self._open), name), value, quoted, self._line)

    def _opening(self) -> str:
        return next((bracket for bracket in _CLOSING if self._take(bracket)), "")

    def _take(self, character: str) -> bool:
        self._skip()
        taken = self._text.startswith(character, self._at)
        self._at += taken
        return taken

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[0]

    def _skip(self) -> None:
        if (found := _SKIPPED.match(self._text, self._at)) is not None:
            self._at = found.end()

    def _error(self, message: str) -> FormatError:
        line = self._line + self._text.count("\n", self._counted, self._at)
        return FormatError(f"{message} (line {line})")


def _unescaped(escape: re.Match[str]) -> str:
    octal, hexadecimal, letter = escape.groups()
    if letter is None:
        return chr(int(octal, 8) if octal else int(hexadecimal, 16))
    return _NAMED.get(letter, letter)
