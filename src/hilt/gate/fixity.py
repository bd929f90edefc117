"""fixity: the bytes of the library digested anew, what is damaged had again by its digest, and the result put on the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from hilt.core.events import MOST_DAMAGED, FixityRun
from hilt.core.fixity import Damage, FixityDone
from hilt.core.progress import Progress, Silent
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.repairing import Repairs
from hilt.gate.record import opened
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.blobs.fixity import Damaged, Elsewhere
    from hilt.record.blobs.store import Blobs


class _Counted:
    """A `Progress` that counts what was digested."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self.files = self.size = 0

    def start(self, *, files: int, size: int) -> None:
        self._inner.start(files=files, size=size)

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        self.files, self.size = self.files + files, self.size + size
        self._inner.advance(files=files, size=size)


def run(
    mirrors: Sequence[str] = (), *, settings: Settings | None = None, progress: Progress | None = None
) -> FixityDone:
    """Digests every file of the library anew. What is damaged is set aside, so that nobody is handed it, and had again from `mirrors` or its
    upstream; the log says what came of it.

    A mirror is the folder of another library, or the address of another hub. Raises `UsageError`, `SourceError`, `RecordError`.
    """
    from hilt.record.blobs.fixity import damaged
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

    settings, counted = settings or Settings(), _Counted(progress or Silent())
    folder = library_folder(settings)
    blobs, revisions = Blobs(folder), Revisions(folder)
    with opened(settings, writing=True) as record, closing(Repairs(blobs, revisions, mirrors, settings)) as repairs:
        found = list(damaged(blobs, revisions, counted, _elsewhere(settings, counted)))
        damage = tuple(_repaired(found, blobs, repairs))
        entries = record.commit(list(_events(counted.files, counted.size, damage)))
    return FixityDone(counted.files, counted.size, damage, entries)


def _elsewhere(settings: Settings, counted: _Counted) -> Elsewhere | None:
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


def _repaired(found: Sequence[Damaged], blobs: Blobs, repairs: Repairs) -> Iterator[Damage]:
    from hilt.record.blobs.deltas import SUFFIX, Deltas

    places = repairs.places({one.sha256 for one in found if one.sha256})
    for one in found:
        again = ""
        if one.sha256:
            if one.file.endswith(SUFFIX):
                Deltas(blobs).set_aside(one.sha256)
            else:
                blobs.set_aside(one.sha256)
            again = repairs.had_again(places[one.sha256]) if one.sha256 in places else ""
        yield Damage(one.sha256, one.file, one.why, again, needed=not one.sha256 or one.sha256 in places)


def _events(files: int, size: int, damage: Sequence[Damage]) -> Iterator[FixityRun]:
    """What the log says: one entry, and further ones where more is damaged than one names."""
    named = [one for one in damage if one.sha256]
    for begin in range(0, max(1, len(named)), MOST_DAMAGED):
        some = named[begin : begin + MOST_DAMAGED]
        yield FixityRun(
            files=files,
            size=size,
            damaged=tuple(one.sha256 for one in some),
            repaired=tuple(one.sha256 for one in some if one.again),
        )
