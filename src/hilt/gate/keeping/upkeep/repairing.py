"""repairing: the bytes of a damaged file, had again by its digest from wherever they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import HiltError, SourceError, UsageError
from hilt.core.library import KeptFile, KeptRevision
from hilt.gate.keeping.coming.fetching import Fetches
from hilt.gate.keeping.origins.hub_upstream import HubUpstream
from hilt.gate.keeping.origins.upstreams import Upstreams, is_own
from hilt.gate.keeping.upkeep.object_shelf import InPlaceOfClient
from hilt.gate.settings import Settings
from hilt.output.terminal import complain
from hilt.record.blobs.layout import NAMASTE
from hilt.record.blobs.objects import Objects
from hilt.record.blobs.regular import opened
from hilt.record.blobs.store import Blobs
from hilt.sources.remote_file import Stated

if TYPE_CHECKING:
    from hilt.gate.keeping.origins.upstream import Upstream
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.revisions import Revisions

_READ = 1 << 20
_ADDRESS = ("http://", "https://")


class Place(NamedTuple):
    """A revision and its file that has the bytes."""

    kept: KeptRevision
    file: KeptFile


class Repairs:
    """Has bytes again from `mirrors` (folders of other libraries, addresses of other hubs), and from the upstreams of the settings.

    Raises `UsageError` where a mirror is neither.
    """

    def __init__(self, blobs: Blobs, revisions: Revisions, mirrors: Sequence[str], settings: Settings) -> None:
        self._blobs, self._settings = blobs, settings
        self._folders = [_library(mirror) for mirror in mirrors if not mirror.startswith(_ADDRESS)]
        self._hubs = [_hub(mirror, settings) for mirror in mirrors if mirror.startswith(_ADDRESS)]
        self._revisions, self._upstreams = revisions, Upstreams(settings, blobs)
        self._fetches = Fetches(blobs)
        self._objects = Objects(settings.library.objects) if settings.library.objects else None

    def close(self) -> None:
        self._upstreams.close()  # first: whoever waits for bytes of one is woken
        for hub in self._hubs:
            hub.close()
        self._fetches.close()

    def had_again(self, places: Sequence[Place]) -> str:
        """Where the bytes of a file were had from; empty where nobody has them. `places` are all that have them."""
        file = places[0].file
        came_along = self._blobs.has(file.sha256, file.size)  # a folder gives all files of a revision at once
        if self._objects is not None and not came_along and self._from_objects(self._objects, file):
            return self._objects.address
        where = (places[0].kept.upstream or "an upload") if came_along else self._from_others(places)
        if where and self._objects is not None:
            self._put(self._objects, file)
        return where

    def _from_others(self, places: Sequence[Place]) -> str:
        file = places[0].file
        for folder in self._folders:
            if self._copied(folder, file):
                return str(folder)
        for kept, one in places:
            for upstream in self._asked(kept):
                with suppress(HiltError):  # the next one may have it
                    if self._fetched(upstream, kept, one):
                        return upstream.name
        return ""

    def places(self, wanted: set[str]) -> Mapping[str, list[Place]]:
        """Which of the revisions that are to stay have files of these SHA-256."""
        found: dict[str, list[Place]] = {}
        for repository, commit in self._revisions.lasting(lambda one: is_own(one, self._settings.library.own)):
            kept = None
            with suppress(HiltError):  # told by the run
                kept = self._revisions.find(repository, commit)
            for file in kept.files if kept is not None else ():
                if file.sha256 in wanted and kept is not None:
                    found.setdefault(file.sha256, []).append(Place(kept, file))
        return found

    def _asked(self, kept: KeptRevision) -> Iterator[Upstream]:
        yield from self._hubs
        if (upstream := self._upstreams.named(kept.upstream)) is not None:
            yield upstream

    def _copied(self, folder: Path, file: KeptFile) -> bool:
        source = folder / "blobs" / "sha256" / file.sha256[:2] / file.sha256
        try:
            copied(source, self._blobs.incoming(file.size, sha256=file.sha256, hold_all=True))
        except (OSError, HiltError):
            return False
        return True

    def _from_objects(self, objects: Objects, file: KeptFile) -> bool:
        stated = Stated(path=file.path, size=file.size, address=file.sha256, sha256=file.sha256)
        with suppress(HiltError):
            return self._fetches.begin(InPlaceOfClient(objects), stated, hold_all=True).wait() is not None
        return False

    def _put(self, objects: Objects, file: KeptFile) -> None:
        """What could not be had from there is put there anew, for the folder lets go of what has its name and size there."""
        try:
            objects.put(file.sha256, self._blobs.path(file.sha256))
        except SourceError as error:
            complain(f"the library: {file.path!r:.200} is here again, and not on object storage: {error}")

    def _fetched(self, upstream: Upstream, kept: KeptRevision, file: KeptFile) -> bool:
        """Is it here again? The bytes are those of the digest, whatever the upstream lists by now. Raises `HiltError`."""
        commit = upstream.resolve(kept.repository, kept.commit)
        tree = upstream.tree(kept.repository, commit, self._settings.limits)
        stated = next((one.stated for one in tree.files if one.entry.path == file.path), None)
        if stated is None or stated.size != file.size or (stated.sha256 or file.sha256) != file.sha256:
            return False
        self._fetches.begin(upstream.client, replace(stated, sha256=file.sha256), hold_all=True).wait()
        return self._blobs.has(file.sha256, file.size)


def copied(source: Path, incoming: Incoming) -> None:
    """Copies a file into the library; whatever keeps it from that ends it for others to try. Raises `OSError`, `HiltError`."""
    if incoming.done is not None:
        return
    try:
        with os.fdopen(opened(source), "rb", buffering=0) as stream:
            stream.seek(incoming.resumed)
            while data := stream.read(_READ):
                incoming.write(data)
        incoming.finish()
    except OSError as error:
        incoming.fail(SourceError(f"{source}: {error.strerror}"), discard=True)
        raise


def _library(mirror: str) -> Path:
    folder = Path(mirror)
    if not (folder / NAMASTE).is_file():
        raise UsageError(
            f"mirror {mirror!r:.200}: this is no library of hilt, and no address; a library has a file {NAMASTE} in it"
        )
    return folder


def _hub(mirror: str, settings: Settings) -> HubUpstream:
    """Another hub, with the token of the environment."""
    from hilt.sources.network import Network

    told = {**os.environ, "HF_ENDPOINT": mirror}
    return HubUpstream(mirror, Network.from_environment(told, private_hosts=settings.private_hosts))
