"""cache: what lies in the caches of this machine, held against the record; and out of the way where it must not be loaded.

A copy in a cache is asked for by nobody: who pinned a revision loads it without a word to any hub. So what was withdrawn has to be
looked for where it lies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

from hilt.core.cache_comparison import Compared, Wanted
from hilt.core.cache_scan import CacheScan, PutBack, ScannedCache, ScannedModel
from hilt.core.errors import RecordUnreachable
from hilt.core.progress import Progress, Silent
from hilt.gate.caching.digests import digests_of
from hilt.gate.caching.matching import InCommon, questions, scanned
from hilt.gate.caching.putting_back import put_back
from hilt.gate.caching.quarantine import quarantine
from hilt.gate.caching.recorded import compared
from hilt.gate.caching.report_index import ReportIndex
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.sources.caches.cached import Cache, CachedModel
from hilt.sources.caches.kinds import Place, named_places, usual_places

FILES = 5_000
"""Files that one question names, unless a single model has more."""
_ASK = 'a machine without a record asks the server that it downloads from: hilt cache scan --server "$HF_ENDPOINT"'

Compare = Callable[[Wanted], Compared]
"""What a record says of what is wanted: one that lies here, or that of a server."""


class _Held(NamedTuple):
    """A cache, and how its models stand."""

    cache: Cache
    models: tuple[tuple[CachedModel, ScannedModel], ...]


def scan(
    folders: Sequence[str | PathLike[str]] = (),
    *,
    use: str = "",
    enforce: bool = False,
    server: str = "",
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> CacheScan:
    """What lies in these caches, or in the usual ones of whoever calls, and how it stands for `use`, or for any.

    Every byte is read, and nothing is loaded. With `enforce`, what was withdrawn or is blocked is moved into a quarantine inside its cache.
    The record is that of the settings, or that of the hilt at the address `server`, which is told digests and names.
    Raises `UsageError` where a folder is no cache, `RecordError` where the record cannot be read, `SourceError` where the server is no help.
    """
    settings, progress = settings or Settings(), progress or Silent()
    places = named_places([fspath(one) for one in folders]) if folders else usual_places(os.environ, Path.home())
    caches = [place.read(settings.limits) for place in places if place.found]
    comparing = _from_server(server, use, settings) if server else _from_record(use, settings)
    held, count, problems = _held(caches, comparing, progress)
    if enforce:
        held = [_enforced(one, problems) for one in held]
    missing = [_missing(place) for place in places if not place.found]
    models = [told for one in held for model, told in one.models if not model.loose or told.state.stopped]
    return CacheScan(
        caches=(*map(_told, held), *missing), models=tuple(models), use=use, compared=count, problems=tuple(problems)
    )


def restore(note: str | PathLike[str]) -> PutBack:
    """Puts back what was quarantined, by its note. Raises `UsageError` where that is none, `SourceError` where it cannot be read."""
    return put_back(fspath(note))


def _from_server(server: str, use: str, settings: Settings) -> AbstractContextManager[Compare]:
    from hilt.gate.caching.asking import asking

    return asking(server, use, settings)


@contextmanager
def _from_record(use: str, settings: Settings) -> Iterator[Compare]:
    """Compares with the record of the settings. Raises `RecordError`."""
    index = ReportIndex()
    try:
        with opened(settings) as record:
            yield lambda wanted: compared(record, index, wanted, use, settings)
    except RecordUnreachable as error:
        if settings.record is None and os.environ.get("HF_ENDPOINT"):
            raise RecordUnreachable(f"{error}; {_ASK}") from None
        raise


def _held(
    caches: Sequence[Cache], comparing: AbstractContextManager[Compare], progress: Progress
) -> tuple[list[_Held], int | None, list[str]]:
    """The caches with how their models stand, how many models of the record they were compared with, and what went wrong."""
    models = [model for cache in caches for model in cache.models]
    if not models:
        return [_Held(cache, ()) for cache in caches], 0, []
    told: dict[int, ScannedModel] = {}
    problems: list[str] = []
    with comparing as compare:
        count = compare(Wanted()).count  # who cannot be asked is not found out after hours of digesting
        digests = digests_of((file for model in models for file in model.files), progress)
        for some, wanted in questions(models, digests, FILES):
            answer = compare(wanted)
            recorded = InCommon(answer)
            told |= {id(model): scanned(model, digests, recorded) for model in some}
            count, problems = answer.count, list(dict.fromkeys((*problems, *answer.problems)))
    held = [_Held(cache, tuple((model, told[id(model)]) for model in cache.models)) for cache in caches]
    return held, count, problems


def _enforced(held: _Held, problems: list[str]) -> _Held:
    """The same, with what is stopped moved out of the way."""
    stopped = [(model, told) for model, told in held.models if told.state.stopped]
    if not stopped:
        return held
    try:
        done = quarantine(held.cache, stopped, datetime.now(UTC))
    except OSError as error:
        problems.append(f"{held.cache.where}: nothing could be moved, {error.strerror}")
        return held
    problems += done.problems
    failed = {path.partition(": not moved, ")[0] for path in done.problems}
    return _Held(
        held.cache,
        tuple(
            (
                model,
                replace(told, moved="" if failed.intersection(model.own) else done.note, kept=done.kept[model.where]),
            )
            if told.state.stopped
            else (model, told)
            for model, told in held.models
        ),
    )


def _told(held: _Held) -> ScannedCache:
    """Bytes that no model uses are told where they are stopped, and counted else."""
    loose = sum(model.loose and not told.state.stopped for model, told in held.models)
    return ScannedCache(
        kind=held.cache.kind,
        where=held.cache.where,
        found=True,
        models=len(held.models) - loose,
        strays=held.cache.strays + loose,
        problems=held.cache.problems,
    )


def _missing(place: Place) -> ScannedCache:
    return ScannedCache(kind=place.kind.id, where=str(place.where), found=False)
