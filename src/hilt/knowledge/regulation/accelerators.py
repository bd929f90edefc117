"""What accelerators do at most: dense operations a second in 16 bits, as their makers state them.

General knowledge of November 2026, rounded, not read again; where a name stands for several boards the fastest counts.
Operations count alike whatever their precision is (Commission guidelines C(2025) 7719, annex A.2).
"""

from __future__ import annotations

import re
from functools import cache

from hilt.core.patterns import lazy_pattern

TERA = 1e12

PEAKS: dict[str, float] = {
    "A10": 125, "A100": 312, "A6000": 155, "A800": 312, "B200": 2250, "B300": 2250, "GB200": 2500, "GB300": 2500, "GH200": 989,
    "H100": 989, "H20": 148, "H200": 989, "H800": 989, "L4": 121, "L40S": 362, "P100": 21, "T4": 65, "V100": 125,
    "RTX 3090": 71, "RTX 4090": 165, "RTX 5090": 210, "RTX A6000": 155,
    "MI210": 181, "MI250": 362, "MI250X": 383, "MI300A": 981, "MI300X": 1307, "MI325X": 1307, "MI355X": 2300,
    "TPU v2": 46, "TPU v3": 123, "TPU v4": 275, "TPU v5e": 197, "TPU v5p": 459, "TPU v6e": 918,
    "Ascend 910": 320, "Ascend 910B": 376, "Gaudi2": 432, "Gaudi 2": 432, "Gaudi3": 1835, "Gaudi 3": 1835,
}  # fmt: skip
"""By name, in 10^12 operations a second."""

_SPELLED = {re.sub(r"[ -]", "", name).lower(): name for name in PEAKS}
NAME = "|".join(re.escape(name).replace(r"\ ", "[ -]?") for name in sorted(PEAKS, key=len, reverse=True))
"""A pattern that finds the names as cards spell them."""


def named(text: str) -> tuple[str, ...]:
    """The accelerators that `text` names, each once."""
    return tuple(dict.fromkeys(known(found[0]) for found in _pattern().finditer(text)))


@cache
def _pattern() -> re.Pattern[str]:
    return lazy_pattern(rf"(?<![A-Za-z0-9])(?:{NAME})(?![A-Za-z0-9])", re.IGNORECASE)


def known(spelled: str) -> str:
    """The name in `PEAKS` of what a card spells so; it must be one."""
    return _SPELLED[re.sub(r"[ -]", "", spelled).lower()]


def peak(name: str) -> float:
    """Operations a second, at most."""
    return PEAKS[name] * TERA
