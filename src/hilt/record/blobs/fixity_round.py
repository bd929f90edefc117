"""How far reading the library anew has come, in a file of its folder, so that whichever server goes on does not begin again; and the lock of
whoever reads.

The log says when all was read last. A round belongs to the entry that it follows: after a newer one, it begins anew.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hilt.core.errors import NotReady
from hilt.record.blobs import one_writer
from hilt.record.blobs.durable import unusable, write_whole
from hilt.record.blobs.layout import is_sha256

PARTS = tuple(f"{number:02x}" for number in range(256))
"""The two digits that the names of blobs and commits begin with."""
_STATE, _LOCK = "fixity.json", "fixity.lock"
_LONGEST = 64 << 20
"""Bytes of the file."""
_AGAIN = 0.5
"""Seconds after which it is tried again to be the one who reads."""
_ASK_AGAIN = 60
_SOMEBODY = "{folder}: the library is being read anew already, by `hilt fixity run` or by a server; try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`parts` of `PARTS` were read since the entry of the log at `after`: `files`, and `size` bytes together. `damaged` are the SHA-256 of what
    was damaged or gone, `repaired` those of them that were had again.
    """

    after: int
    parts: int = 0
    files: int = 0
    size: int = 0
    damaged: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.parts == len(PARTS)

    @property
    def left(self) -> tuple[str, ...]:
        """What nobody had so far."""
        again = frozenset(self.repaired)
        return tuple(one for one in self.damaged if one not in again)

    def read(self, files: int, size: int, damaged: Collection[str]) -> Round:
        """The round after its next part."""
        every, new = tuple(dict.fromkeys((*self.damaged, *damaged))), frozenset(damaged)
        repaired = tuple(one for one in self.repaired if one not in new)
        return replace(
            self,
            parts=self.parts + 1,
            files=self.files + files,
            size=self.size + size,
            damaged=every,
            repaired=repaired,
        )

    def had(self, repaired: Collection[str]) -> Round:
        """The round after these were had again."""
        return replace(self, repaired=tuple(dict.fromkeys((*self.repaired, *repaired))))


def load(folder: Path, after: int) -> Round:
    """The round that follows the entry at `after`; one that begins where the file says nothing of it, or cannot be read."""
    try:
        with (folder / _STATE).open("rb") as file:
            told = json.loads(file.read(_LONGEST))
        found = _round(told)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Round(after=after)
    return found if found.after == after else Round(after=after)


def save(folder: Path, done: Round) -> None:
    """Raises `SourceError`."""
    path = folder / _STATE
    try:
        write_whole(path, json.dumps({"schema": 1, **asdict(done)}).encode(), partial=folder / "partial")
    except OSError as error:
        raise unusable(path, error) from None


@contextmanager
def alone(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """While this lasts, nobody else reads the library in `folder` anew. Raises `NotReady` where somebody still does after so many seconds."""
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    except OSError as error:
        raise unusable(path, error) from None
    try:
        if not _taken(descriptor, path, patience):
            raise NotReady(_SOMEBODY.format(folder=folder), seconds=_ASK_AGAIN)
        yield
    finally:
        one_writer.close(descriptor)


def _taken(descriptor: int, path: Path, patience: float) -> bool:
    """Raises `SourceError`."""
    until = time.monotonic() + patience
    try:
        while not one_writer.take(descriptor, path):
            if time.monotonic() >= until:
                return False
            time.sleep(_AGAIN)
    except OSError as error:
        raise unusable(path, error) from None
    return True


def _round(told: Any) -> Round:
    """Raises `ValueError`, `KeyError`, `TypeError`."""
    counts = [told[name] for name in ("after", "parts", "files", "size")]
    names = [one for name in ("damaged", "repaired") for one in told[name]]
    if told["schema"] != 1 or not all(type(one) is int and one >= 0 for one in counts) or counts[1] > len(PARTS):
        raise ValueError("not what this version writes")
    if not all(isinstance(one, str) and is_sha256(one) for one in names):
        raise ValueError("not what this version writes")
    after, parts, files, size = counts
    return Round(
        after=after,
        parts=parts,
        files=files,
        size=size,
        damaged=tuple(told["damaged"]),
        repaired=tuple(told["repaired"]),
    )
