"""digesting: what reading the library anew is made of, for who does it at once and for the server, which does it part by part."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hilt.core.errors import HiltError
from hilt.core.events import MOST_DAMAGED, FixityRun
from hilt.core.fixity import Damage
from hilt.core.progress import Progress
from hilt.gate.settings import Settings
from hilt.output.terminal import complain

if TYPE_CHECKING:
    from hilt.gate.keeping.upkeep.repairing import Repairs
    from hilt.record.blobs.fixity import Damaged, Elsewhere
    from hilt.record.blobs.store import Blobs

_AT_ONCE = 1 << 20


class Counted:
    """A `Progress` that counts what was digested."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self.files = self.size = 0

    def start(self, *, files: int, size: int) -> None:
        self._inner.start(files=files, size=size)

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        self.files, self.size = self.files + files, self.size + size
        self._inner.advance(files=files, size=size)


def on_objects(settings: Settings, counted: Counted) -> Elsewhere | None:
    """What looks at blobs on object storage that do not lie in the folder; None where there is no such storage."""
    if not settings.library.objects:
        return None
    from hilt.record.blobs.objects import Objects

    objects = Objects(settings.library.objects)

    def look(sha256: str, size: int) -> str:
        why = objects.wrong(sha256, size, lambda read: counted.advance(size=read))
        counted.advance(files=1)
        return why

    return look


def set_aside(one: Damaged, blobs: Blobs) -> None:
    """Nobody is handed it any more. Raises `SourceError`."""
    from hilt.record.blobs.deltas import SUFFIX, Deltas

    if one.file.endswith(SUFFIX):
        Deltas(blobs).set_aside(one.sha256)
    else:
        blobs.set_aside(one.sha256)


def surely_aside(sha256: str, blobs: Blobs, counted: Counted) -> None:
    """Sets aside what was found damaged before, and lies here: it could not be set aside then, or somebody had it again since, and then it
    is right and stays. Raises `SourceError`.
    """
    from hilt.record.blobs.durable import unusable
    from hilt.record.blobs.regular import opened

    path, digest = blobs.path(sha256), hashlib.sha256()
    try:
        with os.fdopen(opened(path), "rb", buffering=0) as file:
            while data := file.read(_AT_ONCE):
                digest.update(data)
                counted.advance(size=len(data))
    except FileNotFoundError:
        return
    except OSError as error:
        raise unusable(path, error) from None
    if digest.hexdigest() != sha256:
        blobs.set_aside(sha256)


def repaired(found: Sequence[Damaged], repairs: Repairs) -> Iterator[Damage]:
    """What was set aside, had again where somebody has it."""
    places = repairs.places({one.sha256 for one in found if one.sha256})
    for one in found:
        again = ""
        try:
            again = repairs.had_again(places[one.sha256]) if one.sha256 in places else ""
        except HiltError as error:  # the others may be had all the same
            complain(f"the library: {one.file or one.sha256} is not had again: {error}")
        yield Damage(one.sha256, one.file, one.why, again, needed=not one.sha256 or one.sha256 in places)


def events(files: int, size: int, damaged: Sequence[str], had_again: Sequence[str], unread: int) -> Iterator[FixityRun]:
    """What the log says: one entry, and further ones where more is damaged than one names."""
    for begin in range(0, max(1, len(damaged)), MOST_DAMAGED):
        some = tuple(damaged[begin : begin + MOST_DAMAGED])
        again = frozenset(had_again).intersection(some)
        repaired = tuple(one for one in some if one in again)
        yield FixityRun(files=files, size=size, damaged=some, repaired=repaired, unread=unread)
