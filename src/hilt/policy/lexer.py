"""The words of an expression.

A subset of CEL's lexical grammar (Common Expression Language, language definition, "Syntax"): names, decimal and
hexadecimal integers, decimal floats, strings in single or double quotes with CEL's escapes or raw (`r"..."`),
operators, and comments from `//` to the end of the line.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

from hilt.policy.syntax import wrong

MAX_LENGTH = 4000
"""Characters of one expression."""

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|//[^\n]*)+)
      | (?P<raw>[rR](?:"[^"\n]*"|'[^'\n]*'))
      | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
      | (?P<int>0[xX][0-9a-fA-F]+|[0-9]+)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<op>&&|\|\||==|!=|<=|>=|[<>!()\[\],.\-])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PLAIN |= {c: c for c in "\\\"'`?"}
_INSTEAD = {
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or",
    "?": "there is no `? :`; give the rule a `when`, or write two rules",
    "{": "there are no maps",
    '"': "this string does not end on its line",
    "'": "this string does not end on its line",
} | dict.fromkeys("+*/%", "there is no arithmetic; compare with the figure itself")


class Token(NamedTuple):
    """`kind` is name, int, float, string, op or end; `value` is the number or the string that is meant."""

    kind: str
    text: str
    at: int
    value: int | float | str = ""


def tokens(expression: str) -> list[Token]:
    """The words of `expression`, with one of kind `end` behind them. Raises `PolicyInvalid`."""
    if len(expression) > MAX_LENGTH:
        raise wrong(expression, 0, f"{len(expression)} characters; an expression has at most {MAX_LENGTH}")
    found: list[Token] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            character = expression[at]
            hint = _INSTEAD.get(character)
            raise wrong(expression, at, f"{character!r} is not understood here" + (f": {hint}" if hint else ""))
        kind, text = str(match.lastgroup), match[0]
        if kind != "space":
            found.append(_token(expression, kind, text, at))
        at = match.end()
    return [*found, Token("end", "", len(expression))]


def _token(expression: str, kind: str, text: str, at: int) -> Token:
    match kind:
        case "raw":
            return Token("string", text, at, text[2:-1])
        case "string":
            return Token("string", text, at, _unescape(expression, text[1:-1], at + 1))
        case "int":
            return Token(kind, text, at, _integer(expression, text, at))
        case "float":
            value = float(text)
            if not isfinite(value):
                raise wrong(expression, at, "this number is too large", length=len(text))
            return Token(kind, text, at, value)
    return Token(kind, text, at)


def _integer(expression: str, text: str, at: int) -> int:
    value = int(text, 0) if text[:2] in ("0x", "0X") else int(text[:40])
    if value >= 1 << 63 or len(text) > 40:
        raise wrong(expression, at, "this number is too large: integers have 64 bits", length=len(text))
    return value


def _unescape(expression: str, body: str, start: int) -> str:
    def one(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3]
        code = int(digits, 16) if digits else int(match[4], 8) if match[4] else None
        if code is not None and code < 0x110000 and not 0xD800 <= code < 0xE000:
            return chr(code)
        if code is None and match[5] in _PLAIN:
            return _PLAIN[match[5]]
        hint = ' (for a pattern write r"...")' if code is None else ""
        at = start + match.start()
        raise wrong(expression, at, f"{match[0]} is no escape of a string{hint}", length=len(match[0]))

    return _ESCAPE.sub(one, body)
