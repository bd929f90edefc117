"""How many bits a number takes in the formats that weights are stored in, and which of them lose something."""

from __future__ import annotations

import re

_KNOWN = {"F64": 64.0, "I64": 64.0, "U64": 64.0, "F32": 32.0, "I32": 32.0, "U32": 32.0, "BF16": 16.0, "F16": 16.0}
_BLOCKS = re.compile(r"I?Q(\d)(?:_[01])?")
_DIGITS = re.compile(r"\d+")


def bits(dtype: str) -> float:
    """Of one number; a little more for a block format, whose blocks have a scale."""
    name = dtype.upper()
    if name in _KNOWN:
        return _KNOWN[name]
    if found := _BLOCKS.match(name):
        return float(found[1]) + 0.5
    found = _DIGITS.search(name)
    return min(float(found[0]), 64.0) if found else 32.0


def floating(dtype: str) -> bool:
    """Is it a plain number format that rounds each number by itself, of 16 bits or more?"""
    return dtype.upper() in {"F64", "F32", "BF16", "F16"}
