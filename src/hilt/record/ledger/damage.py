"""What is told of a record that is not what was signed."""

from __future__ import annotations

from typing import NamedTuple


class Damage(NamedTuple):
    """`what` (an entry, a tile, a checkpoint, a row) is not what was signed, and `why` one can tell."""

    what: str
    why: str


class Claim(NamedTuple):
    """The log has signed that the tree of its first `size` entries has this root. `what` tells where that stands."""

    what: str
    size: int
    root: bytes


class PlaceRuns:
    """Places in a log in ascending order, kept as runs: damage may be anywhere, or everywhere."""

    def __init__(self) -> None:
        self._runs: list[list[int]] = []

    def add(self, place: int) -> None:
        if self._runs and self._runs[-1][1] == place - 1:
            self._runs[-1][1] = place
        else:
            self._runs.append([place, place])

    def named(self) -> list[str]:
        """`entry 5`, `entries 7 to 9`."""
        return [entries(first, last) for first, last in self._runs]


def entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"
