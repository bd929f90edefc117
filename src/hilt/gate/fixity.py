"""fixity: the bytes of the library digested anew, what is damaged had again by its digest, and the result put on the record."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from hilt.core.errors import HiltError
from hilt.core.events import FixityRun, Recorded
from hilt.core.fixity import FixityDone
from hilt.core.progress import Progress, Silent
from hilt.gate.keeping.origins.upstreams import is_own
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.digesting import Counted, events, on_objects, repaired, set_aside
from hilt.gate.keeping.upkeep.repairing import Repairs
from hilt.gate.record import opened
from hilt.gate.settings import Settings

_PATIENCE = 60.0
"""Seconds that it waits for a server to be done with a part of the library."""


def run(
    mirrors: Sequence[str] = (), *, settings: Settings | None = None, progress: Progress | None = None
) -> FixityDone:
    """Digests every file of the library anew. What is damaged is set aside, so that nobody is handed it, and had again from `mirrors`, those
    of the settings or its upstream; the log says what came of it. What cannot be read stays where it is, and is told.

    A mirror is the folder of another library, or the address of another hub. Raises `UsageError`, `SourceError`, `RecordError`; `NotReady`
    where another run goes on.
    """
    from hilt.record.blobs.fixity import Damaged, damaged
    from hilt.record.blobs.fixity_round import alone
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

    settings, counted = settings or Settings(), Counted(progress or Silent())
    folder = library_folder(settings)
    blobs, revisions, places = Blobs(folder), Revisions(folder), (*mirrors, *settings.library.mirrors)
    found: list[Damaged] = []
    unread: list[HiltError] = []
    with (
        opened(settings, writing=True) as record,
        closing(Repairs(blobs, revisions, places, settings)) as repairs,
        alone(folder, _PATIENCE),
    ):
        for one in damaged(
            blobs,
            revisions,
            counted,
            on_objects(settings, counted),
            own=lambda one: is_own(one, settings.library.own),
            not_read=unread.append,
        ):
            if one.sha256:  # at once: later on somebody may have put it back
                set_aside(one, blobs)
            found.append(one)
        damage = tuple(repaired(found, repairs))
        named = [one for one in damage if one.sha256]
        again = [one.sha256 for one in named if one.again]
        bad = [one.sha256 for one in named]
        entries = record.commit(list(events(counted.files, counted.size, bad, again, len(unread))))
    return FixityDone(counted.files, counted.size, damage, entries, tuple(map(str, unread)))


def last_run(settings: Settings) -> Recorded | None:
    """The newest entry of the log about a run; None where there is none."""
    with opened(settings) as record:
        places = record.registry.entries(kind=FixityRun.kind, limit=1)
        return record.recorded(places[0]) if places else None
