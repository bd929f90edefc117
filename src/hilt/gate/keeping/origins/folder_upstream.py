"""A folder from which the library has repositories: ORG/NAME/files, and datasets/ORG/NAME/files, spaces/..., kernels/...

A repository without an organisation lies in the folder `_`. It has one branch, main, whose commit is a digest of all its files: it
changes when they do, and only the commit that lies there now can be had. Links that lead out of the repository are not followed.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hilt.core.errors import ChangedWhileRead, HiltError, NotHeld, SourceError
from hilt.core.library import Repository
from hilt.core.limits import Limits
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.origins.hub_upstream import place_of
from hilt.sources.file import FileSource, Locator
from hilt.sources.folder import walk
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.record.blobs.store import Blobs
    from hilt.sources.http import Streamed
    from hilt.sources.hub import Tree
    from hilt.sources.remote_file import Stated

SMALL = 1 << 20
"""A file up to this size is one that git itself would hold."""

NO_ORGANISATION = "_"
NAMES = ("main", "HEAD", "refs/heads/main")
_READ = 1 << 20
_REMEMBERED = 100_000
"""Files whose digests are remembered; some 300 bytes each."""


class _Digests(NamedTuple):
    """`blob` is git's name of the bytes, for what git itself would hold."""

    sha256: str
    blob: str


class _Seen(NamedTuple):
    listing: Listing
    subject: Subject
    digests: Mapping[str, _Digests]

    @property
    def commit(self) -> str:
        return self.subject.digest[:40]


class FolderUpstream:
    """The folder, as `name`. What it has is copied into `blobs` before it is checked."""

    limited_until = 0.0

    def __init__(self, name: str, folder: str, limits: Limits, blobs: Blobs | None = None) -> None:
        self.name, self._folder, self._limits, self._blobs = name, Path(folder), limits, blobs
        self.client = _Files(self._folder)
        self._known: OrderedDict[tuple[Locator, int], _Digests] = OrderedDict()
        self._lock, self._turns = threading.Lock(), OneByOne()

    def resolve(self, repository: Repository, revision: str) -> str:
        place_of(repository, revision)
        commit = self._seen(repository, self._limits).commit
        if revision not in (*NAMES, commit):
            raise NotHeld(
                f"{self.name}: {repository} has no revision {revision!a:.100}; a folder has one branch, main, and that is at "
                f"{commit} now",
                what="revision",
            )
        return commit

    def refs(self, repository: Repository) -> dict[str, Any]:
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": self.resolve(repository, "main")}
        return {"branches": [main], "tags": [], "converts": [], "pullRequests": []}

    def tree(self, repository: Repository, commit: str, limits: Limits) -> Tree:
        from hilt.sources.hub import Listed, Tree

        seen = self._seen(repository, limits, commit)
        files = []
        for entry in seen.subject.entries:
            locator = seen.listing.locators.get(entry.path)
            if locator is None:
                files.append(Listed(entry))
                continue
            stated = _stated(entry, cast("Locator", locator), commit, seen.digests[entry.path])
            self._copy(stated)
            files.append(Listed(entry, stated))
        return Tree(commit, tuple(files), seen.listing.gaps)

    def listing(self, repository: Repository, tree: Tree, limits: Limits, here: Mapping[str, Locator]) -> Listing:
        seen = self._seen(repository, limits, tree.commit)
        return seen.listing._replace(subject=seen.subject, locators={**seen.listing.locators, **here})

    def close(self) -> None:
        """Nothing is open."""

    def _seen(self, repository: Repository, limits: Limits, commit: str = "") -> _Seen:
        """What lies in the folder of it now. Raises `NotHeld`, and `ChangedWhileRead` where that is not the `commit`."""
        listing = self.walked(repository, limits)
        with self._turns.about(repository):
            digests = {path: self._digest(cast("Locator", one)) for path, one in listing.locators.items()}
        entries = tuple(
            replace(entry, sha256=digests[entry.path].sha256) if entry.path in digests else entry
            for entry in listing.subject.entries
            if entry.kind is not EntryKind.SET_ASIDE
        )
        seen = _Seen(listing, replace(listing.subject, entries=entries), digests)
        if not seen.commit:
            raise NotHeld(f"{self.name}: there is no file of {repository} that can be read", what="repository")
        if commit and seen.commit != commit:
            raise ChangedWhileRead(
                f"{self.name}: {repository} changed while it was read: it was at {commit}, and is at {seen.commit} now; ask again "
                "when it rests"
            )
        return seen._replace(subject=replace(seen.subject, revision=seen.commit))

    def walked(self, repository: Repository, limits: Limits) -> Listing:
        """What lies in the folder of a repository, read where it lies. Raises `NotHeld`."""
        place_of(repository)
        organisation, slash, name = repository.name.rpartition("/")
        kind = "" if repository.kind == "models" else repository.kind
        inside = Path(kind, organisation if slash else NO_ORGANISATION, name)
        folder = self._folder / inside
        if not folder.is_dir():
            raise NotHeld(f"{self.name} has no {repository}", what="repository")
        if os.path.realpath(folder) != str(Path(os.path.realpath(self._folder)) / inside):
            raise NotHeld(f"{self.name}: {folder} is a link to elsewhere, which is not followed", what="repository")
        return walk(folder, within=folder, reference=repository.reference, limits=limits)

    def _digest(self, locator: Locator) -> _Digests:
        """Of the file as it is now; it is read once, as long as it stays as it is. Raises `SourceError`."""
        with locator.open() as file:
            key = locator, file.status().st_ctime_ns
            with self._lock:
                known = self._known.get(key)
            if known is not None:
                return known
            sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
            for data in _pieces(file):
                sha256.update(data)
                if file.size <= SMALL:
                    blob.update(data)
            file.assert_unchanged()
        digests = _Digests(sha256.hexdigest(), blob.hexdigest() if file.size <= SMALL else "")
        with self._lock:
            self._known[key] = digests
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return digests

    def _copy(self, stated: Stated) -> None:
        """Puts the file among the blobs, unless it lies there. Raises `SourceError`, `ChangedWhileRead`, `NotReady`."""
        if self._blobs is None or self._blobs.has(stated.sha256, stated.size):
            return
        incoming = self._blobs.incoming(
            stated.size, sha256=stated.sha256, blob=stated.blob, owner=self.client.origin, hold_all=True
        )
        if incoming.done is not None:
            return
        incoming.called = stated.address
        try:
            with self.client.stream(stated.address, most=stated.size, start=incoming.received) as answer:
                for data in answer.chunks:
                    incoming.write(data)
            incoming.finish()
        except HiltError as error:
            incoming.fail(error, discard=True)
            raise


class _Files:
    """What stands for a client: addresses are paths of files below the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.origin = folder, f"folder {folder}"

    @contextmanager
    def stream(self, address: str, *, most: int, start: int = 0) -> Iterator[Streamed]:
        """The file from byte `start` on. Raises `SourceError`, `ChangedWhileRead` where it changes meanwhile."""
        from hilt.sources.http import Streamed

        root = os.path.realpath(self._folder)
        if os.path.realpath(address) != address or os.path.commonpath([root, address]) != root:
            raise SourceError(f"{address}: is a link now, or lies outside of {root}; it is not followed")
        try:
            locator = Locator.of(address, os.lstat(address))
        except OSError as error:
            raise SourceError(f"{address}: {error.strerror}; put it back, or ask for what lies there now") from None
        if locator.size != most:
            raise ChangedWhileRead(
                f"{address}: had {most} bytes when it was listed, and has {locator.size} now; ask again"
            )
        with locator.open() as file:
            told = {
                "content-range": f"bytes {start}-{file.size - 1}/{file.size}",
                "content-length": str(file.size - start),
            }
            yield Streamed(206, told, address, (), _unchanged(file, start))


def _unchanged(file: FileSource, start: int) -> Iterator[bytes]:
    yield from _pieces(file, start)
    file.assert_unchanged()


def _pieces(file: FileSource, start: int = 0) -> Iterator[bytes]:
    for at in range(start, file.size, _READ):
        yield file.read(at, _READ)


def _stated(entry: Entry, locator: Locator, commit: str, digests: _Digests) -> Stated:
    from hilt.sources.remote_file import Stated

    return Stated(
        path=entry.path,
        size=entry.size,
        address=locator.path,
        commit=commit,
        sha256=digests.sha256,
        blob=digests.blob,
    )
