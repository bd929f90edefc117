"""The copyright lines of a text: who holds the rights, as a notice has to repeat it."""

from __future__ import annotations

import re

from hilt.core.patterns import lazy_pattern

_MOST, _LONGEST = 24, 200
_LINE = lazy_pattern(
    r"^[ \t#*/;>%-]{0,40}(?:portions[ \t]+)?((?:copyright\b|\(c\)\s+(?:19|20)\d\d|\u00a9).{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_HOLDER = lazy_pattern(r"(?:19|20)\d\d|\(c\)|\u00a9", re.IGNORECASE)
_TEMPLATE = lazy_pattern(
    r"[<\[{](?:year|yyyy|name|fullname|copyright|owner|author|organi[sz]ation)[^>\]}]{0,60}[>\]}]|\bYEAR\b|COPYRIGHT HOLDER",
    re.IGNORECASE,
)
_AFTER = "END OF TERMS AND CONDITIONS"
"""Behind it the Apache licence tells how to apply it: a template that stands in every copy."""


def copyright_lines(text: str) -> tuple[str, ...]:
    """Lines that say who holds the copyright, each once, in order; templates are none."""
    found: dict[str, None] = {}
    for line in _LINE.finditer(text[:400_000].replace("\r", "")):
        said = " ".join(line[1].split())[:_LONGEST]
        if _HOLDER.search(said) and not _TEMPLATE.search(said):
            found[said] = None
        if len(found) >= _MOST:
            break
    return tuple(found)


def is_template(text: str) -> bool:
    """The text has a place for the holder of the copyright that nobody filled in."""
    return not copyright_lines(text) and _TEMPLATE.search(text.partition(_AFTER)[0]) is not None
