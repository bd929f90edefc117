"""The copyright lines of a text: who holds the rights, as a notice has to repeat it."""

from __future__ import annotations

import re

from hilt.core.patterns import lazy_pattern

_MOST, _LONGEST = 100, 300
_MORE = "[more holders are named in the text itself: carry it]"
_LINE = lazy_pattern(
    r"^[ \t#*/;>%-]{0,40}(?:portions[ \t]+)?((?:copyright\b|\(c\)\s+(?:19|20)\d\d|\u00a9).{0,300})",
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
    """Lines that say who holds the copyright, each once, in order; templates are none. Where there are more, the last one says so."""
    found: dict[str, None] = {}
    for line in _LINE.finditer(text[:400_000].replace("\r", "")):
        said = " ".join(line[1].split())
        said = said if len(said) < _LONGEST else f"{said[: _LONGEST - 1]}\u2026"
        if _HOLDER.search(said) and not _TEMPLATE.search(said):
            found[said if len(found) < _MOST or said in found else _MORE] = None
        if len(found) > _MOST:
            break
    return tuple(found)


def is_template(text: str) -> bool:
    """The text has a place for the holder of the copyright that nobody filled in."""
    return not copyright_lines(text) and _TEMPLATE.search(text.partition(_AFTER)[0]) is not None
