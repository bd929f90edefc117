"""reading: revisions that somebody asked for, each read once before anything of it is handed out, however many wait for it.

To ask an upstream what a name means takes as long as the upstream likes, and to read a revision takes processors: each has threads of its own.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import NotHeld, SourceError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.gate.keeping.coming.inspecting import Inspected, Shelves, inspect, judged_by_this_hilt, read_again
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.upkeep.rebuilding import rebuild_all
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hilt.gate.keeping.origins.refs import Found, Refs
    from hilt.gate.keeping.origins.upstream import Upstream
    from hilt.record.blobs.deltas import Deltas
    from hilt.record.blobs.revisions import Revisions

ASKERS, READERS = 64, 4
"""Names that are asked for at the same time, and revisions that are read."""
WAITING = 500
"""Names and revisions that wait to be read; whoever asks for more is told to come again."""
MOST = 500
MOST_FILES = 250_000
"""Files of revisions of which it is remembered how they were read, some 200 MB; the others are read again before a file of them is fetched."""

Asked = tuple[Repository, str]
"""A repository, and a revision or commit of it."""


class _Missing(NamedTuple):
    """What no upstream had, a moment ago."""

    error: NotHeld
    until: float


class Reading:
    """Used by many threads. `before_fetching` is called before files of a revision are fetched to be read."""

    def __init__(
        self,
        settings: Settings,
        refs: Refs,
        revisions: Revisions,
        shelves: Shelves,
        deltas: Deltas,
        before_fetching: Callable[[], None],
    ) -> None:
        self._settings, self._refs, self._revisions = settings, refs, revisions
        self._shelves, self._deltas, self._before_fetching = shelves, deltas, before_fetching
        self._askers = ThreadPoolExecutor(ASKERS, thread_name_prefix="hilt-library-ask")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="hilt-library-read")
        self._lock = threading.Lock()
        self._under_way: dict[Asked, Future[KeptRevision]] = {}
        self._missing: Newest[Asked, _Missing] = Newest(10 * MOST)
        self._inspected: Newest[Asked, Inspected] = Newest(MOST_FILES, lambda one: _weight(one.kept))
        self._listed: Newest[Asked, KeptRevision] = Newest(MOST_FILES, _weight)
        self._turns = OneByOne()

    def close(self) -> None:
        """Begins nothing more. What is being read may take minutes, and nobody waits for it."""
        for threads in (self._askers, self._readers):
            threads.shutdown(wait=False, cancel_futures=True)

    def begin(self, repository: Repository, revision: str) -> Future[KeptRevision]:
        """The revision, once it was read. It raises `NotHeld`, `SourceError`."""
        about = repository, revision
        missing = self._missing.get(about)
        result: Future[KeptRevision] = Future()
        if missing is not None and monotonic() < missing.until:
            result.set_exception(missing.error.with_traceback(None))
            return result
        with self._lock:
            if (reading := self._under_way.get(about)) is not None:
                return reading
            if len(self._under_way) >= WAITING:
                result.set_exception(SourceError(f"{WAITING} revisions wait to be read already; ask again in a minute"))
                return result
            self._under_way[about] = result
        result.add_done_callback(lambda _: self._over(about))
        self._askers.submit(self._ask, about, result)
        return result

    def known(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The revision, where it was read already; at once, and without asking anybody."""
        found = self._refs.remembered(repository, revision)
        inspected = self._inspected.get((repository, found.commit)) if found is not None else None
        return inspected.kept if inspected is not None else None

    def listed(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The same where it is listed, whether or not it was read; of some files the digests may be missing."""
        found = self._refs.remembered(repository, revision)
        return self._listed.get((repository, found.commit)) if found is not None else None

    def to_fetch(self, kept: KeptRevision, file: KeptFile) -> Inspected | None:
        """How a file of it is fetched; None where it has to be read again to know that."""
        inspected = self._inspected.get((kept.repository, kept.commit))
        return inspected if inspected is not None and file.path in inspected.stated else None

    def again(self, kept: KeptRevision) -> Inspected:
        """Reads it anew by what its upstream lists, because bytes of it are still to come from there. Raises as `begin` does."""
        return self._inspect(kept.repository, kept.commit, again=True)

    def _over(self, about: Asked) -> None:
        with self._lock:
            self._under_way.pop(about, None)

    def _ask(self, about: Asked, result: Future[KeptRevision]) -> None:
        """Finds the commit, and has it read by another thread where that is still to be done."""
        if not result.set_running_or_notify_cancel():
            return  # nobody waits any more
        try:
            found = self._refs.find(*about)
            inspected = self._inspected.get((about[0], found.commit)) or self._judged(about[0], found.commit)
            if inspected is None:
                self._readers.submit(self._read, about, found, result)
                return
            self._refs.read(*about, found.commit)
        except NotHeld as error:
            if self._refs.is_elsewhere(about[0]):  # else somebody may upload it in a moment
                self._missing.put(about, _Missing(error, monotonic() + self._settings.library.refs_seconds))
            result.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            result.set_exception(error)
        else:
            result.set_result(inspected.kept)

    def _judged(self, repository: Repository, commit: str) -> Inspected | None:
        """What the record has a verdict on, by these very checks: a server that begins hands it out at once."""
        kept = self._revisions.find(repository, commit)
        if kept is None or not judged_by_this_hilt(kept, self._settings):
            return None
        inspected = Inspected(kept)
        self._inspected.put((repository, commit), inspected)
        return inspected

    def _read(self, about: Asked, found: Found, result: Future[KeptRevision]) -> None:
        try:
            inspected = self._inspect(about[0], found.commit)
            self._refs.read(*about, found.commit)
        except BaseException as error:  # noqa: BLE001 - as above
            result.set_exception(error)
        else:
            result.set_result(inspected.kept)

    def _inspect(self, repository: Repository, commit: str, *, again: bool = False) -> Inspected:
        about = repository, commit
        with self._turns.about(about):
            inspected = self._inspected.get(about)
            if inspected is not None and (inspected.stated or not again):
                return inspected
            kept, upstream = self._revisions.find(repository, commit), self._refs.upstream_of(repository, commit)
            here = self._from_here(kept, here_alone=upstream is None) if kept and not (again and upstream) else None
            inspected = here or self._from_upstream(repository, commit, upstream, kept)
            if inspected.whole:
                self._revisions.came(repository, commit, *inspected.whole)
            self._inspected.put(about, inspected)
            return inspected

    def _from_upstream(
        self, repository: Repository, commit: str, upstream: Upstream | None, before: KeptRevision | None
    ) -> Inspected:
        if upstream is None:
            raise NotHeld(f"{repository} has no commit {commit}", what="revision")
        listed = partial(self._listed.put, (repository, commit))
        self._before_fetching()
        inspected = inspect(repository, commit, upstream, self._shelves, self._settings, before=before, listed=listed)
        self._revisions.save(inspected.kept)
        return inspected

    def _from_here(self, kept: KeptRevision, *, here_alone: bool) -> Inspected | None:
        """By the verdict that is on the record, or a new one on the bytes that lie here; None where those are not all of them."""
        if judged_by_this_hilt(kept, self._settings):
            return Inspected(kept)
        blobs = self._shelves.blobs
        rebuild_all(kept, blobs, self._deltas, self._shelves.fetches)
        if all(blobs.has(one.sha256, one.size) for one in kept.files):
            return read_again(kept, blobs, self._settings)
        return Inspected(kept) if here_alone else None


def _weight(kept: KeptRevision) -> int:
    return 10 + len(kept.files)
