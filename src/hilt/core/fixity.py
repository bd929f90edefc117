"""What came of digesting the library anew."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.events import Recorded


class Damage(NamedTuple):
    """Something in the library that is not as it should be, and what to do; `sha256` is empty where it is no file of a model.

    `file` is its path in the library. `again` says where its bytes were had from again, empty where nobody had them. `needed` is false of
    what came from elsewhere and nobody admitted: it is fetched again when somebody asks for it.
    """

    sha256: str
    file: str
    why: str
    again: str = ""
    needed: bool = True


class FixityDone(NamedTuple):
    """`files` were digested, `size` bytes together. `entries` are those of the log that say so; `unread` says what could not be read, and why."""

    files: int
    size: int
    damage: tuple[Damage, ...]
    entries: tuple[Recorded, ...]
    unread: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How much is still damaged."""
        return sum(one.needed and not one.again for one in self.damage)
