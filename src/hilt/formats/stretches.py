"""Which bytes of a file its format accounts for, and which belong to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Stretch(NamedTuple):
    """The bytes [begin, end) of a file."""

    begin: int
    end: int


def unowned(owned: Iterable[tuple[int, int]], size: int) -> tuple[Stretch, ...]:
    """What `owned` leaves of a file of `size` bytes, in order."""
    found, position = list[Stretch](), 0
    for begin, end in sorted(owned):
        if begin > position:
            found.append(Stretch(position, min(begin, size)))
        position = max(position, end)
    if position < size:
        found.append(Stretch(position, size))
    return tuple(stretch for stretch in found if stretch.begin < stretch.end)
