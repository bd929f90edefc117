"""history: everything that was recorded of a subject; of a path or an address also of the bytes that it led to earlier."""

from __future__ import annotations

from os import PathLike, fspath

from hilt.core.errors import ReferenceInvalid
from hilt.core.progress import Progress
from hilt.core.status import History
from hilt.gate.record import opened
from hilt.gate.recording.named_subject import named_subject
from hilt.gate.recording.verdicts import absolute
from hilt.gate.settings import Settings
from hilt.gate.status import name_of

MOST = 1000
"""Different bytes that are told of one reference, the newest of them."""


def history(
    reference: str | PathLike[str], *, settings: Settings | None = None, progress: Progress | None = None
) -> tuple[History, ...]:
    """All entries about what `reference` means, each with its signature and its proof verified; the bytes that were recorded
    first come first.

    Raises `ReferenceInvalid` where nothing is recorded, `RecordError` where the record was tampered with.
    """
    settings, name = settings or Settings(), fspath(reference)
    with opened(settings) as record:
        subject = named_subject(name, record, settings, progress=progress)
        model = record.registry.model(subject.digest)
        known_as = model.reference if model and not subject.here else absolute(name)
        others = record.registry.models(reference=known_as, limit=MOST)
        digests = [one.subject for one in sorted(others, key=lambda one: one.first)]
        digests = [one for one in digests if one != subject.digest] + [subject.digest]
        names = {one.person: name_of(one) for one in record.people()}
        told = [History(reference=known_as, subject=one, entries=record.history(one), names=names) for one in digests]
    found = tuple(one for one in told if one.entries)
    if not found:
        raise ReferenceInvalid(
            f"{name}: nothing is recorded of these bytes (sha256:{subject.digest}), nor of others under this name"
        )
    return found
