"""The regular expressions by which a tokenizer of spaCy cuts text, in parts that are small enough to be looked into.

Source: spaCy 3.8, spacy/tokenizer.pyx (`to_bytes`): strings in the outermost map. They are long because they are lists: an
expression explodes only where one of its alternatives does, unless the alternatives themselves are repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hilt.core.byte_source import ByteSource
    from hilt.core.limits import Limits
    from hilt.formats.msgpack import Msgpack

KEYS = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
_PART = 300
"""Characters of alternatives that are looked into together."""
_SIGN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?|[()|]|.", re.DOTALL)
"""What must not be cut: an escape, a class of characters, the mark of a group; and what may stand between two parts."""
_REPEATS = frozenset("*+?{")


def patterns(source: ByteSource, value: Msgpack, limits: Limits) -> Iterator[tuple[str, str]]:
    """The key of each expression and a part of it."""
    for key in KEYS:
        begin, size = value.texts.get(key, (0, 0))
        if 0 < size <= limits.text_bytes:
            for part in parts(source.read(begin, size).decode("utf-8", "replace")):
                yield key, part


def parts(pattern: str) -> Iterator[str]:
    """The alternatives of the expression that repeat anything, several joined as long as they are short; the others match
    in one way only.
    """
    flags = re.match(r"\(\?[aiLmsux]+\)", pattern)
    start = flags[0] if flags else ""
    part = ""
    for alternative in _alternatives(pattern[len(start) :]):
        if part and len(part) + len(alternative) > _PART:
            yield start + part
            part = ""
        part = f"{part}|{alternative}" if part else alternative
    if part:
        yield start + part


def _alternatives(pattern: str) -> Iterator[str]:
    """Those with a sign in them that repeats or leaves out."""
    signs, depth, repeats = list[str](), 0, False
    for sign in [*_SIGN.findall(pattern), "|"]:
        if sign == "|" and depth <= 0:
            if repeats:
                yield "".join(signs)
            signs, repeats = [], False
            continue
        depth += (sign[0] == "(") - (sign == ")")
        repeats = repeats or sign in _REPEATS
        signs.append(sign)
    if signs:  # a group without an end
        yield "".join(signs[:-1])
