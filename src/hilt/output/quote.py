"""The only door through which strings of a subject reach a terminal, a page or a log.

A file name or a tensor's name is written by whoever made the model. Unquoted it can move the cursor, recolour a verdict,
turn the reading order round, hide itself, look like another line of our own output, or speak to the log it is shown in.
Behind `quote` every character is visible and stands where it was; what could do more is written as an escape.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 300
"""Characters of a quoted string; the middle of a longer one is left out, and how much of it is said."""

MARKS = 4
"""Combining marks on one letter; living scripts need no more, and a tower of them covers the lines above."""

_SHOWN = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

# Letters and marks that draw nothing (Default_Ignorable_Code_Point and blanks outside the categories below).
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
"""Categories of characters that are controls, reorder text, or cannot be seen."""

# What build services read as commands to themselves, and a message as a link or a placeholder.
_COMMAND = re.compile(r"(?<!\S)::|##\[|##vso\[|\]\(|\{\d+\}")


def quote(text: str, limit: int = LIMIT) -> str:
    """`text` on one line, every character visible, at most `limit` characters long."""
    if len(text) <= limit and len(shown := _visible(text)) <= limit:
        return shown
    return _both_ends(text, limit)


def _visible(text: str) -> str:
    text = _COMMAND.sub(lambda found: found[0][0] + _escaped(found[0][1]) + found[0][2:], text)
    if text.isascii() and text.isprintable():
        return text
    shown, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        hidden = category in _UNSEEN and character != " "
        shown.append(_escaped(character) if hidden or character in _INVISIBLE or marks > MARKS else character)
    return "".join(shown)


def _escaped(character: str) -> str:
    if character in _SHOWN:
        return _SHOWN[character]
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _both_ends(text: str, limit: int) -> str:
    """A long path is known by its start and by its suffix; no white space before the tail, so it starts no command."""
    left_out = f"…{len(text)} characters…"
    room = max(0, limit - len(left_out))
    tail = room // 3
    return _visible(text[: room - tail])[: room - tail] + left_out + (_visible(text[-tail:])[-tail:] if tail else "")
