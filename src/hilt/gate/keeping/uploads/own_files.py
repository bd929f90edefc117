"""own_files: what was uploaded to the repositories of ours, as far as a branch or a tag leads to it.

Nobody else has it, so it is never thrown away to make room, admitted or not. What came before it, and nobody admitted, may be.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.library import KINDS, Repository
from hilt.gate.keeping.origins.upstreams import is_own
from hilt.record.blobs.layout import repositories

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions

FRESH = 5.0
"""Seconds after which it is looked for what another server has taken, or somebody has admitted."""


class _Files(NamedTuple):
    """Sizes by SHA-256: of the files of each commit that a branch leads to, of `all` of them, and of those that nobody admitted."""

    commits: Mapping[str, Mapping[str, int]]
    all: Mapping[str, int]
    open: Mapping[str, int]


class OwnFiles:
    """Used by many threads. `own` are the namespaces of the repositories."""

    def __init__(self, revisions: Revisions, own: Iterable[str]) -> None:
        self._revisions, self._own = revisions, tuple(own)
        self._lock = threading.RLock()
        self._files: dict[Repository, _Files] = {}
        self._until = 0.0

    def of(self, repository: Repository) -> Mapping[str, int]:
        """The sizes of the files of one repository, by SHA-256, wherever another server has moved its branches a moment ago."""
        with self._lock:
            files = self._files.get(repository)
            if files is None or files.commits.keys() != set(self._revisions.refs(repository).values()):
                files = self._files[repository] = self._read(repository)
            return files.all

    def digests(self, *, now: bool = False) -> frozenset[str]:
        """The SHA-256 of all of them; what other servers took a moment ago may be missing, unless what is there `now` is asked for."""
        return frozenset(digest for files in self._all(now=now).values() for digest in files.all)

    def not_admitted(self) -> Mapping[str, int]:
        """The sizes of those that nobody admitted, by SHA-256."""
        return {digest: size for files in self._all().values() for digest, size in files.open.items()}

    def moved(self, repository: Repository) -> None:
        """A branch of it leads elsewhere now."""
        with self._lock:
            self._files[repository] = self._read(repository)

    def _all(self, *, now: bool = False) -> dict[Repository, _Files]:
        with self._lock:
            if now or monotonic() >= self._until:
                each = (one for kind in KINDS for one in repositories(self._revisions.folder, kind))
                self._files = {one: self._read(one) for one in each if is_own(one, self._own)}
                self._until = monotonic() + FRESH
            return dict(self._files)

    def _read(self, repository: Repository) -> _Files:
        """A commit never changes, and is not read again."""
        before = self._files.get(repository)
        known = before.commits if before is not None else {}
        commits = {
            commit: known.get(commit) or self._sizes(repository, commit)
            for commit in set(self._revisions.refs(repository).values())
        }
        everything: dict[str, int] = {}
        not_admitted: dict[str, int] = {}
        for commit, sizes in commits.items():
            everything |= sizes
            if self._revisions.kept(repository, commit) is None:
                not_admitted |= sizes
        return _Files(commits, everything, not_admitted)

    def _sizes(self, repository: Repository, commit: str) -> Mapping[str, int]:
        kept = self._revisions.find(repository, commit)
        return {one.sha256: one.size for one in kept.files} if kept is not None else {}
