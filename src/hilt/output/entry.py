"""What stands in the two columns that are read first: entries of a line or two."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Tone(IntEnum):
    """How an entry speaks; what one takes on is told in this order."""

    BAD = 0
    """It speaks against the subject."""
    OPEN = 1
    """Nobody can tell, or somebody has to look."""
    DUE = 2
    """Something to do."""
    PLAIN = 3
    """Worth knowing."""
    GOOD = 4
    """It speaks for the subject."""


class Entry(NamedTuple):
    """One thing to gain or to take on. `how` says how it is known or where it comes from; empty where that goes without saying."""

    label: str
    text: str
    how: str = ""
    tone: Tone = Tone.PLAIN
