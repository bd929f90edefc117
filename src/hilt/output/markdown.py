"""Words of a subject in Markdown: every letter is shown, and none does anything."""

from __future__ import annotations

import re

from hilt.output.quote import quote

LIMIT = 1_000
"""Letters of one text."""
_MARKUP = re.compile(r"[\\`*\[\]<>~&|]|(?<!\w)_|_(?!\w)|^(?:[-+=#]|\d{1,9}[.)](?=\s|$))")
"""What Markdown would take for more than a letter, on a line of its own or in a cell."""


def text(words: str, limit: int = LIMIT) -> str:
    """`words` on one line."""
    return _MARKUP.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], quote(words, limit))
