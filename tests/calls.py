"""How much work something is, told in a way that is the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable


def calls(act: Callable[[], object]) -> int:
    """The calls that `act` takes."""
    made = 0

    def count(*_: object) -> None:
        nonlocal made
        made += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return made
