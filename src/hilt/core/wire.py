"""How values cross a wire as JSON: written exactly, and checked on their way back.

JSON has no lone surrogates, no infinities and, for most readers, no integers beyond 64 bits, and a hostile subject
brings all of them. They are written so that every JSON reader can read them and ours gets the same value back:

    a lone surrogate    `\\udcff` as six characters; a text that holds those six characters doubles the backslashes
    1e400, NaN          {"float": "inf"}, {"float": "nan"}
    2**80               {"int": "0x100000000000000000000"}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeVar

from hilt.core.errors import ReportInvalid
from hilt.core.fact import Value

T = TypeVar("T")

INT_BITS = 63
"""Integers of more bits are written in hexadecimal: other readers round them, and Python limits decimal digits."""

# A run of backslashes is looked at once, from its start: hostile text must not cost quadratic time.
_TO_ESCAPE = re.compile(r"(?<!\\)(\\*)([\ud800-\udfff]|(?<=\\)ud[89a-f][0-9a-f]{2})")
_ESCAPED = re.compile(r"(?<!\\)(\\+)ud([89a-f][0-9a-f]{2})")


def encode_text(text: str) -> str:
    """`text` without lone surrogates."""
    if text.isascii() and "\\ud" not in text:
        return text
    return _TO_ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    backslashes, what = found[1], found[2]
    escaped = f"\\u{ord(what):04x}" if len(what) == 1 else what
    return backslashes * 2 + escaped


def decode_text(text: str) -> str:
    """What `encode_text` was given."""
    return _ESCAPED.sub(_unescape, text) if "\\ud" in text else text


def _unescape(found: re.Match[str]) -> str:
    backslashes, rest = found[1], found[2]
    kept = backslashes[: len(backslashes) // 2]
    return kept + (chr(int("d" + rest, 16)) if len(backslashes) % 2 else "ud" + rest)


def encode_value(value: Value) -> Any:
    match value:
        case str():
            return encode_text(value)
        case tuple():
            return [encode_text(item) for item in value]
        case float() if not isfinite(value):
            return {"float": str(value)}
        case int() if value.bit_length() > INT_BITS:
            return {"int": hex(value)}
    return value


def decode_value(value: Any, where: str) -> Value:
    try:
        match value:
            case str():
                return decode_text(value)
            case list() if all(isinstance(item, str) for item in value):
                return tuple(decode_text(item) for item in value)
            case {"float": "inf" | "-inf" | "nan" as word, **rest} if not rest:
                return float(word)
            case {"int": str(digits), **rest} if not rest and digits.startswith(("0x", "-0x")):
                return int(digits, 16)
            case bool() | int() | float() | None:
                return value
    except ValueError:
        pass
    raise ReportInvalid(f"no value that a fact can hold: {_shown(value)}", where=where)


def decode_item(value: Any, where: str) -> str:
    """One text of a list."""
    if not isinstance(value, str):
        raise ReportInvalid(f"a text is needed here, not {_shown(value)}", where=where)
    return decode_text(value)


class Object:
    """A JSON object being read: each key once, of its type, and none left over."""

    __slots__ = ("_left", "where")

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise ReportInvalid(f"an object is needed here, not {_shown(value)}", where=where)
        self._left = dict(value)
        self.where = where

    def at(self, key: str) -> str:
        """The key path to `key`."""
        name = key if key.isidentifier() else _shown(key)
        return f"{self.where}.{name}" if self.where else name

    def take(self, key: str) -> Any:
        if key not in self._left:
            raise ReportInvalid("this key is missing", where=self.at(key))
        return self._left.pop(key)

    def has(self, key: str) -> bool:
        return key in self._left

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self._left:
            return default
        value = self.take(key)
        if not isinstance(value, str):
            raise ReportInvalid(f"a text is needed here, not {_shown(value)}", where=self.at(key))
        return decode_text(value)

    def count(self, key: str) -> int:
        value = self.take(key)
        number = value if type(value) is int else decode_value(value, self.at(key))
        if type(number) is not int or number < 0:
            raise ReportInvalid(f"a whole number from 0 is needed here, not {_shown(value)}", where=self.at(key))
        return number

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise ReportInvalid(f"true or false is needed here, not {_shown(value)}", where=self.at(key))
        return value

    def word(self, key: str, words: Mapping[str, T]) -> T:
        value = self.take(key)
        if not isinstance(value, str) or value not in words:
            raise ReportInvalid(f"one of {', '.join(words)} is needed here, not {_shown(value)}", where=self.at(key))
        return words[value]

    def each(self, key: str, decode: Callable[[Any, str], T]) -> tuple[T, ...]:
        value = self.take(key)
        if not isinstance(value, list):
            raise ReportInvalid(f"a list is needed here, not {_shown(value)}", where=self.at(key))
        where = self.at(key)
        return tuple([decode(item, f"{where}[{index}]") for index, item in enumerate(value)])

    def texts(self, key: str) -> dict[str, str]:
        table = Object(self.take(key), self.at(key))
        return {decode_text(name): table.text(name) for name in tuple(table._left)}

    def done(self) -> None:
        if self._left:
            names = ", ".join(_shown(name) for name in list(self._left)[:5])
            raise ReportInvalid(f"keys that this version does not know: {names}", where=self.where)


def _shown(value: Any) -> str:
    """A value from outside, short and without anything that moves a cursor."""
    return ascii(value)[:80]
