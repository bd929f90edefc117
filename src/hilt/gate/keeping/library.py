"""The library of a server: repositories of upstreams and uploaded ones, read before anything of them is handed out.

known, listed      what is here already
begin              has a revision listed, what can run code of it fetched, all of it checked, the verdict recorded
offer              may whoever asks have it, for their use? The standing tells, and nothing else
open               the bytes of a file of what was offered
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hilt.core.errors import NotHeld, SourceError
from hilt.core.library import Found, KeptFile, KeptRevision, Repository, Sought
from hilt.gate.keeping.downloads import Downloads
from hilt.gate.keeping.fetching import Fetches
from hilt.gate.keeping.inspecting import Inspected, Shelves, inspect, judged_by_this_hilt, read_again, refuse_others
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.object_shelf import ObjectShelf
from hilt.gate.keeping.offering import standing_for, warning
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader
from hilt.gate.keeping.rebuilding import rebuild_all, rebuilt
from hilt.gate.keeping.refs import Refs
from hilt.gate.keeping.searching import Searches
from hilt.gate.keeping.uploading import Uploads
from hilt.gate.keeping.upstreams import Upstreams
from hilt.gate.keeping.xet import XetUploads
from hilt.gate.settings import Settings
from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs

if TYPE_CHECKING:
    from hilt.gate.keeping.upstream import Upstream
    from hilt.record.blobs.incoming import Incoming

AT_ONCE = 4
"""Revisions that are read at the same time."""
MOST = 500
"""Revisions of which it is remembered how they were read; the others are read again before a file of them is fetched."""
SWEEP = 60.0
"""Seconds after which it is looked again whether the library holds too much."""

_Asked = tuple[Repository, str]
"""A repository, and a revision or commit of it."""


class Offer(NamedTuple):
    """A revision that whoever asked may have for `use`. `warning` are the conditions, on one line; empty where there are none."""

    kept: KeptRevision
    use: str
    warning: str = ""


class Library:
    """Used by many threads, while its block lasts. `origin` is where people reach the server."""

    def __init__(self, settings: Settings, origin: str) -> None:
        self._settings, self._origin = settings, origin
        folder = library_folder(settings)
        self._blobs, self._revisions = Blobs(folder), Revisions(folder)
        self._deltas = Deltas(self._blobs)
        self.upstreams = Upstreams(settings, self._blobs)
        self._refs = Refs(settings, self.upstreams, self._revisions)
        self._fetches = Fetches(self._blobs)
        self._downloads = Downloads(settings)
        self._searches = Searches(settings)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hilt-library")
        self._lock = threading.Lock()
        self._reading: dict[_Asked, Future[KeptRevision]] = {}
        self._inspected: Newest[_Asked, Inspected] = Newest(MOST)
        self._listed: Newest[_Asked, KeptRevision] = Newest(MOST)
        self._admitted: Newest[tuple[_Asked, str], bool] = Newest(MOST)
        self._turns = OneByOne()
        self._sweep_at = 0.0
        self._shelf = ObjectShelf(settings.library.objects, folder, self._blobs) if settings.library.objects else None
        self.uploads = Uploads(
            settings,
            self._blobs,
            self._revisions,
            has=self._has,
            moved=self._refs.forget,
            begin=self.begin,
            sweep=self._sweep,
        )
        self.xet = XetUploads(self._blobs, self.uploads.staged, settings.library.bytes)

    def __enter__(self) -> Self:
        if self._shelf is not None:
            self._shelf.begin(self._revisions)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.upstreams.close()  # first: whoever waits for bytes of one is woken
        self._fetches.close()
        if self._shelf is not None:
            self._shelf.close()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def begin(self, repository: Repository, revision: str) -> Future[KeptRevision]:
        """Has the revision read, which may take minutes; however many ask, it is read once.

        The future raises `NotHeld` where there is none, `SourceError` where the upstream is no help.
        """
        return self._once((repository, revision), self._read, repository, revision)

    def known(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The revision, where it was read already; at once, and without asking anybody."""
        found = self._refs.remembered(repository, revision)
        inspected = self._inspected.get((repository, found.commit)) if found is not None else None
        return inspected.kept if inspected is not None else None

    def listed(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The same where it is listed, whether or not it was read; of some files the digests may be missing."""
        found = self._refs.remembered(repository, revision)
        return self._listed.get((repository, found.commit)) if found is not None else None

    def offer(self, kept: KeptRevision, reader: Reader) -> Offer:
        """What may be had of it for the use of the `reader`. Raises `NotServed`, `NotAllowed`."""
        with self._turns.about((kept.subject.digest, reader.use)):  # where many ask at once, one of them says yes
            return Offer(kept, reader.use, warning(standing_for(kept, reader, self._settings)))

    def open(self, offer: Offer, file: KeptFile, reader: Reader) -> Path | Incoming:
        """The bytes of a file that was offered: where they lie, or as they come. It leaves a holding.

        Raises `SourceError` where they cannot be had, `NotReady`.
        """
        kept = offer.kept
        self._downloads.note(kept, reader)
        self._keep(offer)
        if self._blobs.has(file.sha256, file.size) and self._is_proven(kept, file):
            self._blobs.use(file.sha256)
            self._shelve(kept, file)
            return self._blobs.path(file.sha256)
        self._sweep()
        incoming = self._coming(kept, file)
        incoming.watch(lambda: self._came(kept, file) if incoming.done is not None else None)
        if incoming.done is not None:
            self._came(kept, file)
        return incoming.done or incoming

    def _is_proven(self, kept: KeptRevision, file: KeptFile) -> bool:
        """Are the bytes under this SHA-256 those that the check of this revision read? They may have come with another one, while this
        one's upstream gave the check something else to read."""
        about = (kept.repository, kept.commit), file.sha256
        if self._admitted.get(about):
            return True
        if file.sha256 not in self._revisions.here(kept.repository, kept.commit):
            return False
        self._admitted.put(about, True)
        return True

    def _coming(self, kept: KeptRevision, file: KeptFile) -> Incoming:
        """The file as it is rebuilt, from object storage, or else from its upstream. Raises `SourceError`, `NotReady`."""
        if self._is_proven(kept, file):
            if (coming := rebuilt(file, self._deltas, self._fetches)) is not None:
                return coming
            if self._shelf is not None and self._shelf.has(file):
                return self._fetches.begin(self._shelf.client, self._shelf.stated(file))
        inspected = self._inspected.get((kept.repository, kept.commit))
        if inspected is None or file.path not in inspected.stated:
            inspected = self._inspect(kept.repository, kept.commit, again=True)
        if inspected.upstream is None or file.path not in inspected.stated:
            raise SourceError(
                f"{kept.repository} {file.path!a}: its bytes are not in the library any more, and no upstream has them; "
                "put them back from a copy: `hilt fixity run --from`"
            )
        stated, probes = inspected.stated[file.path], inspected.probes.get(file.path, ())
        return self._fetches.begin(inspected.upstream.client, stated, probes)

    def refs(self, repository: Repository) -> dict[str, Any]:
        """Branches and tags, as the hub's API tells them. Raises `NotHeld`, `SourceError`."""
        return self._refs.told(repository)

    def search(self, sought: Sought, reader: Reader, *, after: int | None = None, limit: int = 50) -> Found:
        """A page of what is `sought`, of what the `reader` may have and would get. Raises `RecordError`, `SourceError`."""
        return self._searches.find(sought, reader=reader, after=after, limit=limit)

    def _once(self, about: _Asked, do: Callable[..., KeptRevision], *arguments: object) -> Future[KeptRevision]:
        with self._lock:
            reading = self._reading.get(about)
            if reading is not None:
                return reading
            reading = self._reading[about] = self._threads.submit(do, *arguments)
        reading.add_done_callback(lambda _: self._over(about))  # which is called at once where it is done by now
        return reading

    def _over(self, about: _Asked) -> None:
        with self._lock:
            self._reading.pop(about, None)

    def _read(self, repository: Repository, revision: str) -> KeptRevision:
        found = self._refs.find(repository, revision)
        inspected = self._inspected.get((repository, found.commit)) or self._inspect(repository, found.commit)
        self._refs.read(repository, revision, found.commit)
        return inspected.kept

    def _inspect(self, repository: Repository, commit: str, *, again: bool = False) -> Inspected:
        """Reads it; with `again`, by what its upstream lists, because bytes of it are still to come from there."""
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
        shelves = Shelves(self._blobs, self._fetches)
        inspected = inspect(repository, commit, upstream, shelves, self._settings, listed=listed)
        refuse_others(inspected.kept, before)
        self._revisions.save(inspected.kept)
        return inspected

    def _from_here(self, kept: KeptRevision, *, here_alone: bool) -> Inspected | None:
        """By the verdict that is on the record, or a new one on the bytes that lie here; None where those are not all of them."""
        if judged_by_this_hilt(kept, self._settings):
            return Inspected(kept)
        rebuild_all(kept, self._blobs, self._deltas, self._fetches)
        if all(self._blobs.has(one.sha256, one.size) for one in kept.files):
            return read_again(kept, self._blobs, self._settings)
        return Inspected(kept) if here_alone else None

    def _keep(self, offer: Offer) -> None:
        """What was admitted, and is had by somebody, stays for good."""
        kept = offer.kept
        about = (kept.repository, kept.commit), offer.use
        if not self._admitted.get(about):
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._revisions.keep(kept.repository, kept.commit, offer.use, at)
            self._admitted.put(about, True)

    def _came(self, kept: KeptRevision, file: KeptFile) -> None:
        """It is here, and is what the check read."""
        self._revisions.came(kept.repository, kept.commit, file.sha256)
        self._admitted.put(((kept.repository, kept.commit), file.sha256), True)
        self._shelve(kept, file)

    def _shelve(self, kept: KeptRevision, file: KeptFile) -> None:
        """Has it put on object storage, where there is one."""
        if self._shelf is not None:
            self._shelf.keep(file.sha256, *self._revisions.written(kept.repository, kept.commit))

    def _sweep(self) -> None:
        """Makes room for what comes, where it was not looked at for a while."""
        with self._lock:
            if monotonic() < self._sweep_at:
                return
            self._sweep_at = monotonic() + SWEEP
        self._threads.submit(self._evict)

    def _evict(self) -> None:
        """What was uploaded takes its share, and is not to be had from anybody else."""
        uploaded = self.uploads.staged.waiting()
        most = self._settings.library.bytes - sum(uploaded.values())
        stays = self._deltas.stays(self._revisions.kept_digests() | self.uploads.own.digests())
        if self._shelf is not None:
            stays = self._shelf.not_there(stays) | self._deltas.bases()
        self._blobs.evict(max(0, most), stays | uploaded.keys())

    def _has(self, sha256: str, size: int) -> bool:
        """Can these bytes be had without asking anybody?"""
        return self._blobs.has(sha256, size) or self._deltas.find(sha256) is not None
