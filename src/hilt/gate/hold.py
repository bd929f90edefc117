"""hold: who runs which subject, where, and for what use: those who are told when it turns out bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike, fspath

from hilt.core.errors import UsageError
from hilt.core.events import HoldingBegun, HoldingEnded, Recorded
from hilt.core.progress import Progress
from hilt.core.standing import folded
from hilt.core.status import Held, Status
from hilt.gate.record import OwnKey, opened
from hilt.gate.recording.named_subject import named_subject
from hilt.gate.recording.pages import histories, pages
from hilt.gate.reviewing.deciding import deciding, line, signed_by, use_of, words
from hilt.gate.settings import Settings
from hilt.gate.status import Now, judged_as, lasting, status_from


def hold(
    reference: str | PathLike[str],
    *,
    where: str,
    holder: str,
    use: str | None = None,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Status:
    """Records that `holder` (a team or a person, and how to reach them) runs what `reference` means at `where`, for `use`.

    How the subject stands for that use is returned: what runs without being admitted is recorded all the same, for an inventory
    that hides it helps nobody.
    """
    with deciding(reference, key=key, password=password, settings=settings, progress=progress) as at:
        place, who = line("--where", where), words("--holder", holder)
        if not place:
            raise UsageError("--where: name the place where it runs: a cluster, a host, a product")
        named = use_of(use, at.subject) if use or at.subject.use else ""
        return at.say(HoldingBegun(subject=at.subject.digest, use=named, place=place, holder=who), named)


def end(
    holding: int,
    *,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Recorded:
    """Records that a holding is over; `holding` is the number of its entry in the log. The entry that says so is returned."""
    with signed_by(key, password, settings or Settings()) as (record, own, _):
        entry = record.find(holding)
        if entry is None or not isinstance(entry.event, HoldingBegun):
            raise UsageError(f"{holding}: this is no number of a holding; `hilt hold list` tells them")
        if entry.index not in [one.index for one in lasting(record.history(entry.event.subject))]:
            raise UsageError(f"{holding}: this holding is over already")
        (ended,) = record.commit([HoldingEnded(subject=entry.event.subject, holding=entry.index)], key=own)
        return ended


def holdings(
    reference: str | PathLike[str] | None = None,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> list[Held]:
    """The holdings that last, of what `reference` means or of everything, and how each stands."""
    settings = settings or Settings()
    with opened(settings) as record:
        wanted = named_subject(fspath(reference), record, settings, progress=progress).digest if reference else None
        rows, at = pages(partial(record.registry.holdings, wanted)), Now.of(record)
        told: list[Held] = []
        for subject, history in histories(record, (row.subject for page in rows for row in page)):
            told += _held(judged_as(history) or f"sha256:{subject}", history, at)
        return sorted(told, key=lambda one: one.entry.index)


def _held(name: str, history: Sequence[Recorded], at: Now) -> Iterator[Held]:
    """The holdings of one subject that last."""
    uses = {folded(one.standing.use): one.standing for one in status_from(name, "", history, at, None).uses}
    uses[""] = at.standing(history, "")
    for entry in lasting(history):
        if isinstance(entry.event, HoldingBegun) and not entry.origin:
            use = entry.event.use
            yield Held(name, entry, replace(uses[folded(use)], use=use))
