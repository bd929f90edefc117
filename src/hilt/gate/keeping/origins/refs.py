"""refs: which commit a revision names, and which upstream has it.

A name that came from one upstream comes from no other one later: whoever publishes the same name elsewhere is not asked. What the
library saw last of a branch still holds where the upstream is away, or has deleted the repository.
"""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.errors import ChangedMeanwhile, NotHeld, NotServed, SourceError
from hilt.core.library import Repository
from hilt.gate.keeping.uploads.upload_names import TAGS
from hilt.gate.settings import Settings
from hilt.record.blobs.layout import is_commit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hilt.gate.keeping.origins.upstream import Upstream
    from hilt.gate.keeping.origins.upstreams import Upstreams
    from hilt.record.blobs.revisions import Revisions

MOST = 10_000
"""Names that are remembered; then they are asked for anew."""
OWN_SECONDS = 1
"""For how long a branch of ours is taken to stay where it is, for it may be moved by another server."""


class Found(NamedTuple):
    """The commit that a revision names, and the upstream that says so; None where nobody was asked."""

    commit: str
    upstream: Upstream | None = None


class _Seen(NamedTuple):
    found: Found
    until: float


class Refs:
    """Used by many threads."""

    def __init__(self, settings: Settings, upstreams: Upstreams, revisions: Revisions) -> None:
        self._seconds = settings.library.refs_seconds
        self._upstreams, self._revisions = upstreams, revisions
        self._seen: dict[tuple[Repository, str], _Seen] = {}
        self._lock = threading.Lock()

    def remembered(self, repository: Repository, revision: str) -> Found | None:
        """What it names, where that was asked a moment ago."""
        with self._lock:
            seen = self._seen.get((repository, revision))
        return seen.found if seen is not None and monotonic() < seen.until else None

    def find(self, repository: Repository, revision: str) -> Found:
        """What it names now. Raises `NotHeld`; `SourceError` where an upstream is no help, and nothing was seen before."""
        found = self.remembered(repository, revision) or self._find(repository, revision)
        with self._lock:
            if len(self._seen) >= MOST:
                self._seen.clear()
            seconds = self._seconds if found.upstream is not None else min(self._seconds, OWN_SECONDS)
            lasts = float("inf") if is_commit(revision) else seconds
            self._seen[repository, revision] = _Seen(found, monotonic() + lasts)
        return found

    def is_elsewhere(self, repository: Repository) -> bool:
        """May an upstream be asked for it?"""
        return bool(self._upstreams.of(repository))

    def forget(self, repository: Repository) -> None:
        """A branch of ours was moved."""
        with self._lock:
            self._seen = {key: seen for key, seen in self._seen.items() if key[0] != repository}

    def upstream_of(self, repository: Repository, commit: str) -> Upstream | None:
        """Where a commit that was found comes from; None for what was uploaded here, or whose upstream the settings have no more."""
        found = self.remembered(repository, commit)
        if found is not None and found.upstream is not None:
            return found.upstream
        kept = self._revisions.find(repository, commit)
        return self._upstreams.named(kept.upstream) if kept is not None and kept.upstream else None

    def told(self, repository: Repository) -> dict[str, Any]:
        """Branches and tags, as the API of a hub tells them. Raises `NotHeld`, `NotServed`, `SourceError`."""
        missing: NotHeld | None = None
        for upstream in self._asked(repository):
            try:
                return upstream.refs(repository)
            except NotHeld as error:
                missing = missing or error
            except (SourceError, NotServed):
                if not self._revisions.refs(repository):
                    raise
        seen = self._revisions.refs(repository)
        if not seen:
            raise missing or _no_repository(repository)
        tags = {ref.removeprefix(TAGS): commit for ref, commit in seen.items() if ref.startswith(TAGS)}
        branches = {ref: commit for ref, commit in seen.items() if not ref.startswith(TAGS)}
        return {
            "branches": _listed("refs/heads/", branches),
            "tags": _listed(TAGS, tags),
            "converts": [],
            "pullRequests": [],
        }

    def _find(self, repository: Repository, revision: str) -> Found:
        if is_commit(revision) and self._revisions.find(repository, revision) is not None:
            return Found(revision, self.upstream_of(repository, revision))
        missing: NotHeld | None = None
        for upstream in self._asked(repository):
            try:
                commit = upstream.resolve(repository, revision)
            except NotHeld as error:
                missing = missing or error
            except (SourceError, NotServed):
                if (found := self._seen_last(repository, revision)) is None:
                    raise
                return found
            else:
                return self._saw(repository, Found(commit, upstream))
        found = self._seen_last(repository, revision)
        if found is not None:
            return found
        if missing is None and self._revisions.commits(repository):
            raise NotHeld(f"{repository} has no revision {revision!a:.100}", what="revision")
        raise missing or _no_repository(repository)

    def _asked(self, repository: Repository) -> tuple[Upstream, ...]:
        """Whoever may be asked for it: where it came from before, else whom the settings name."""
        asked = self._upstreams.of(repository)
        if len(asked) < 2:
            return asked
        before = {
            kept.upstream
            for commit in self._revisions.commits(repository)
            if (kept := self._revisions.find(repository, commit))
        }
        return tuple(one for one in asked if one.name in before) or asked

    def _seen_last(self, repository: Repository, revision: str) -> Found | None:
        refs = self._revisions.refs(repository)
        commit = refs.get(revision) or refs.get(TAGS + revision)
        if commit is None or self._revisions.find(repository, commit) is None:
            return None
        return Found(commit, self.upstream_of(repository, commit))

    def _saw(self, repository: Repository, found: Found) -> Found:
        """Remembers it under its commit as well."""
        with self._lock:
            self._seen[repository, found.commit] = _Seen(found, float("inf"))
        return found

    def read(self, repository: Repository, revision: str, commit: str) -> None:
        """What `revision` names was read: from now on it is what was seen last of it."""
        before = self._revisions.refs(repository).get(revision)
        if is_commit(revision) or before == commit or not self._upstreams.of(repository):
            return
        try:
            self._revisions.set_ref(repository, revision, commit, before=before)
        except ChangedMeanwhile:  # another server saw it as well
            return


def _listed(prefix: str, refs: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "ref": prefix + name, "targetCommit": refs[name]} for name in sorted(refs)]


def _no_repository(repository: Repository) -> NotHeld:
    return NotHeld(f"the library has no {repository}, and no upstream that it might ask for it", what="repository")
