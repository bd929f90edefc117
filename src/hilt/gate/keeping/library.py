"""The library of a server: repositories of upstreams and uploaded ones, read before anything of them is handed out.

known, listed      what is here already
begin              has a revision listed, what can run code of it fetched, all of it checked, the verdict recorded
offer              may whoever asks have it, for their use? The standing tells, and nothing else
open               the bytes of a file of what was offered
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Container
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hilt.core.errors import HiltError, SourceError
from hilt.core.library import Found, KeptFile, KeptRevision, Repository, Sought
from hilt.gate.caching.answering import CacheAnswers
from hilt.gate.keeping.coming.fetching import Fetches
from hilt.gate.keeping.coming.inspecting import Shelves
from hilt.gate.keeping.coming.reading import MOST, Asked, Reading
from hilt.gate.keeping.downloads import Downloads
from hilt.gate.keeping.finding.searching import Searches
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.offering import standing_for, warning
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.origins.refs import Refs
from hilt.gate.keeping.origins.upstreams import Upstreams
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader
from hilt.gate.keeping.upkeep.object_shelf import ObjectShelf
from hilt.gate.keeping.upkeep.rebuilding import PACKED, rebuilt
from hilt.gate.keeping.uploads.uploading import Uploads
from hilt.gate.keeping.uploads.xet import XetUploads
from hilt.gate.settings import Settings
from hilt.output.terminal import complain
from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs

if TYPE_CHECKING:
    from hilt.record.blobs.incoming import Incoming

SWEEP = 10.0
"""Seconds after which it is looked again whether the library holds too much."""


class Offer(NamedTuple):
    """A revision that whoever asked may have for `use`. `warning` are the conditions, on one line; empty where there are none."""

    kept: KeptRevision
    use: str
    warning: str = ""


class _Staying:
    """The SHA-256 of what stays while room is made, and of what is admitted in the meantime."""

    def __init__(self, stays: Collection[str], lately: Container[str]) -> None:
        self._stays, self._lately = stays, lately

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._stays or sha256 in self._lately


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
        self._downloads = Downloads(settings, partial(self._revisions.alone, "holdings"))
        self._searches = Searches(settings)
        self.caches = CacheAnswers(settings)
        shelves = Shelves(self._blobs, self._fetches)
        self._reading = Reading(settings, self._refs, self._revisions, shelves, self._deltas, self._sweep)
        self._kept_for: Newest[tuple[Asked, str], bool] = Newest(MOST)
        """By revision and use."""
        self._proven: Newest[tuple[Asked, str], bool] = Newest(20 * MOST)
        """By revision and SHA-256."""
        self._shelved: Newest[tuple[Asked, str], bool] = Newest(20 * MOST)
        self._turns = OneByOne()
        self._lock = threading.Lock()
        self._sweeper = ThreadPoolExecutor(1, thread_name_prefix="hilt-library-sweep")
        self._sweep_at = 0.0
        self._lately_kept: set[str] = set()
        """The SHA-256 of what was admitted since room was made last."""
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
        self._reading.close()
        self._sweeper.shutdown(wait=True, cancel_futures=True)
        if self._shelf is not None:
            self._shelf.close()

    def begin(self, repository: Repository, revision: str) -> Future[KeptRevision]:
        """Has the revision read, which may take minutes; however many ask, it is read once.

        The future raises `NotHeld` where there is none, `SourceError` where the upstream is no help.
        """
        return self._reading.begin(repository, revision)

    def known(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The revision, where it was read already; at once, and without asking anybody."""
        return self._reading.known(repository, revision)

    def listed(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The same where it is listed, whether or not it was read; of some files the digests may be missing."""
        return self._reading.listed(repository, revision)

    def offer(self, kept: KeptRevision, reader: Reader) -> Offer:
        """What may be had of it for the use of the `reader`. Raises `NotServed`, `NotAllowed`."""
        with self._turns.about((kept.digest, reader.use)):  # where many ask at once, one of them says yes
            return Offer(kept, reader.use, warning(standing_for(kept, reader, self._settings)))

    def stored(self, offer: Offer, file: KeptFile, reader: Reader) -> Path | None:
        """The same as `open` where the bytes lie here; no upstream is asked, and nobody waited for. None where they do not."""
        if not (self._is_proven(offer.kept, file) and self._blobs.has(file.sha256, file.size)):
            return None
        self._note(offer, reader)
        self._blobs.use(file.sha256)
        self._shelve(offer.kept, file)
        return self._blobs.path(file.sha256)

    def is_spoilt(self, kept: KeptRevision, file: KeptFile) -> bool:
        """May somebody have been given bytes of it that were not proven, and are not what lies here?"""
        upstream = self.upstreams.named(kept.upstream)
        clients = (upstream.client if upstream is not None else None, self._shelf.client if self._shelf else None)
        origins = (PACKED, *(one.origin for one in clients if one is not None))
        return any(self._blobs.is_spoilt(file.sha256, origin) for origin in origins)

    def open(self, offer: Offer, file: KeptFile, reader: Reader) -> Path | Incoming:
        """The bytes of a file that was offered: where they lie, or as they come. It leaves a holding.

        Raises `SourceError` where they cannot be had, `NotReady`; `NotServed` where to have them it is read again, and judged otherwise.
        """
        if (place := self.stored(offer, file, reader)) is not None:
            return place
        kept, is_proven = offer.kept, self._is_proven(offer.kept, file)
        self._sweep()
        incoming = (self._from_here(file) if is_proven else None) or self._from_upstream(kept, file, reader)
        self._note(offer, reader)
        incoming.watch(partial(self._may_have_come, incoming, kept, file))
        if incoming.done is not None:
            self._came(kept, file)
        return incoming.done or incoming

    def refs(self, repository: Repository) -> dict[str, Any]:
        """Branches and tags, as the hub's API tells them. Raises `NotHeld`, `SourceError`."""
        return self._refs.told(repository)

    def search(self, sought: Sought, reader: Reader, *, after: int | None = None, limit: int = 50) -> Found:
        """A page of what is `sought`, of what the `reader` may have and would get. Raises `RecordError`, `SourceError`."""
        return self._searches.find(sought, reader=reader, after=after, limit=limit)

    def _is_proven(self, kept: KeptRevision, file: KeptFile) -> bool:
        """Are the bytes under this SHA-256 those that the check of this revision read? They may have come with another one, while this
        one's upstream gave the check something else to read."""
        about = (kept.repository, kept.commit), file.sha256
        if self._proven.get(about):
            return True
        if file.sha256 not in self._revisions.here(kept.repository, kept.commit):
            return False
        self._proven.put(about, True)
        return True

    def _from_here(self, file: KeptFile) -> Incoming | None:
        """The file as it is rebuilt, or from object storage; None where neither has it."""
        if (coming := rebuilt(file, self._deltas, self._fetches)) is not None:
            return coming
        if self._shelf is not None and self._shelf.has(file):
            return self._fetches.begin(self._shelf.client, self._shelf.stated(file))
        return None

    def _from_upstream(self, kept: KeptRevision, file: KeptFile, reader: Reader) -> Incoming:
        """The file from where it came. Raises `SourceError`, `NotReady`, `NotServed`."""
        inspected = self._reading.to_fetch(kept, file)
        if inspected is None:
            inspected = self._reading.again(kept)
            self.offer(kept, reader)  # the verdict may be another one now
        if inspected.upstream is None or file.path not in inspected.stated:
            raise SourceError(
                f"{kept.repository} {file.path!a}: its bytes are not in the library any more, and no upstream has them; "
                "put them back from a copy: `hilt fixity run --from`"
            )
        stated = replace(inspected.stated[file.path], sha256=file.sha256)
        return self._fetches.begin(inspected.upstream.client, stated, inspected.probes.get(file.path, ()))

    def _note(self, offer: Offer, reader: Reader) -> None:
        """What was admitted, and is had by somebody, stays for good, and who has it is known."""
        kept = offer.kept
        self._downloads.note(kept, reader)
        about = (kept.repository, kept.commit), offer.use
        if not self._kept_for.get(about):
            self._lately_kept.update(one.sha256 for one in kept.files)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._revisions.keep(kept.repository, kept.commit, offer.use, at)
            self._kept_for.put(about, True)
            if self._shelf is not None:
                self._shelf.tell(*self._revisions.written(kept.repository, kept.commit))

    def _may_have_come(self, incoming: Incoming, kept: KeptRevision, file: KeptFile) -> None:
        """Called by whoever writes the file, who goes on whatever comes of this."""
        if incoming.done is None:
            return
        try:
            self._came(kept, file)
        except (HiltError, OSError) as error:
            complain(f"the library: {kept.repository} {file.path!a:.200} came, and that could not be noted: {error}")

    def _came(self, kept: KeptRevision, file: KeptFile) -> None:
        """It is here, and is what the check read."""
        about = (kept.repository, kept.commit), file.sha256
        if not self._proven.get(about):
            self._revisions.came(kept.repository, kept.commit, file.sha256)
            self._proven.put(about, True)
        self._shelve(kept, file)

    def _shelve(self, kept: KeptRevision, file: KeptFile) -> None:
        """Has it put on object storage, where there is one."""
        about = (kept.repository, kept.commit), file.sha256
        if self._shelf is not None and not self._shelved.get(about):
            self._shelf.keep(file.sha256, *self._revisions.written(kept.repository, kept.commit))
            self._shelved.put(about, True)

    def _sweep(self) -> None:
        """Has room made for what comes, where it was not looked at for a while."""
        with self._lock:
            if monotonic() < self._sweep_at:
                return
            self._sweep_at = monotonic() + SWEEP
        with suppress(RuntimeError):  # the library is closed
            self._sweeper.submit(self._swept)

    def _swept(self) -> None:
        try:
            self._evict()
        except (HiltError, OSError) as error:
            complain(f"the library: nothing was let go of: {error}")

    def _evict(self) -> None:
        """What was uploaded takes its share, and is not to be had from anybody else."""
        self._lately_kept.clear()  # before the others are looked up: what is admitted from here on is in it
        uploaded = self.uploads.staged.waiting(now=True)
        most = self._settings.library.bytes - sum(uploaded.values())
        stays = self._deltas.stays(self._revisions.kept_digests() | self.uploads.own.digests())
        if self._shelf is not None:
            stays = self._shelf.not_there(stays) | self._deltas.bases()
        self._blobs.evict(max(0, most), _Staying(stays | uploaded.keys(), self._lately_kept))

    def _has(self, sha256: str, size: int) -> bool:
        """Can these bytes be had without asking anybody?"""
        return self._blobs.has(sha256, size) or self._deltas.find(sha256) is not None
