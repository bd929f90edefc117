"""Numbers in the one spelling that C2SP has for each: decimal, and without zeros before it."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
"""Of 63 bits, no number has more digits."""


def is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))
