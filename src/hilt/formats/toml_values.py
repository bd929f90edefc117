"""The values that TOML says, as the standard library reads it.

The text is weighed before, because a parser that keeps each beginning of a dotted key takes memory by the square of its dots.
"""

from __future__ import annotations

import tomllib
from typing import Any

from hilt.core.errors import FormatError

_MOST_DOTS = 2_000_000
"""Dots of all lines together, times those of the line that has most; what people write has a twentieth of it."""


def parse(text: str) -> dict[str, Any]:
    """The document in `text`. Raises `FormatError` where it is not TOML."""
    dots = [line.count(".") for line in text.split("\n")]
    if max(dots) * sum(dots) > _MOST_DOTS:
        raise FormatError("not TOML that can be read: too many dotted keys")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not TOML: {error}") from None
