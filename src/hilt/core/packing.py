"""What came of packing the library: files that are kept as what they differ in from others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.library import Repository


class PackedFile(NamedTuple):
    """A file of weights of `size` bytes that takes `kept` now, or would. `base` is the repository with what it is held against, and its
    commit; empty where it is kept as it is, and `why` says why that is."""

    path: str
    sha256: str
    size: int
    kept: int
    base: str = ""
    why: str = ""


class PackedRevision(NamedTuple):
    """A revision that was admitted, with its files of weights."""

    repository: Repository
    commit: str
    files: tuple[PackedFile, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files)

    @property
    def kept(self) -> int:
        return sum(one.kept for one in self.files)

    @property
    def bases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.base for one in self.files if one.base))

    @property
    def why(self) -> tuple[str, ...]:
        """Why files are kept as they are."""
        return tuple(dict.fromkeys(one.why for one in self.files if one.why))


class Packing(NamedTuple):
    """What was packed; with `dry_run`, what would be, by samples: nothing was written."""

    revisions: tuple[PackedRevision, ...]
    dry_run: bool

    @property
    def size(self) -> int:
        """Bytes that all files have, each counted once, whichever revisions have it."""
        return sum(one.size for one in _once(self.revisions))

    @property
    def kept(self) -> int:
        return sum(one.kept for one in _once(self.revisions))


def _once(revisions: Sequence[PackedRevision]) -> Sequence[PackedFile]:
    return tuple({one.sha256: one for revision in revisions for one in revision.files}.values())
