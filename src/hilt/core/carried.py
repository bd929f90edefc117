"""A model that is carried from one library to another."""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.bundled import Bundled
from hilt.core.library import KeptRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The revision, the bag that it lies in, and its `bytes`. Of one that was taken, what its record `said`, and the `entry` of our log
    that imports that; -1 where it was imported before.
    """

    kept: KeptRevision
    folder: str
    bytes: int
    said: Bundled | None = None
    entry: int = -1
