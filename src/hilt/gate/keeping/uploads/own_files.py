"""own_files: what was uploaded to the repositories of ours, as far as a branch or a tag leads to it.

Nobody else has it, so it is never thrown away to make room, admitted or not. What came before it, and nobody admitted, may be.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.library import Repository
from hilt.gate.keeping.origins.upstreams import is_own

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions

FRESH = 60.0
"""Seconds after which it is looked for what another server has taken, or somebody has admitted."""


class _Files(NamedTuple):
    """Sizes by SHA-256: of `all` files, and of those of revisions that nobody admitted."""

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
        """The sizes of the files of one repository, by SHA-256."""
        files = self._all().get(repository)
        return files.all if files is not None else {}

    def digests(self) -> frozenset[str]:
        """The SHA-256 of all of them."""
        return frozenset(digest for files in self._all().values() for digest in files.all)

    def not_admitted(self) -> Mapping[str, int]:
        """The sizes of those that nobody admitted, by SHA-256."""
        return {digest: size for files in self._all().values() for digest, size in files.open.items()}

    def moved(self, repository: Repository) -> None:
        """A branch of it leads elsewhere now."""
        with self._lock:
            self._files[repository] = self._read(repository)

    def _all(self) -> dict[Repository, _Files]:
        with self._lock:
            if monotonic() >= self._until:
                each = self._revisions.repositories()
                self._files = {one: self._read(one) for one in each if is_own(one, self._own)}
                self._until = monotonic() + FRESH
            return dict(self._files)

    def _read(self, repository: Repository) -> _Files:
        everything: dict[str, int] = {}
        not_admitted: dict[str, int] = {}
        for commit in set(self._revisions.refs(repository).values()):
            kept = self._revisions.find(repository, commit)
            sizes = {one.sha256: one.size for one in kept.files} if kept is not None else {}
            everything |= sizes
            if self._revisions.kept(repository, commit) is None:
                not_admitted |= sizes
        return _Files(everything, not_admitted)
