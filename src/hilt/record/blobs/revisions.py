"""Which files a repository has at a commit, which revisions were admitted, and the branches of our own repositories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hilt.core.library import KeptRevision, Repository


class Revisions:
    """The revisions of the library in `folder`."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def save(self, revision: KeptRevision) -> None:
        raise NotImplementedError

    def find(self, repository: Repository, commit: str) -> KeptRevision | None:
        raise NotImplementedError

    def commits(self, repository: Repository) -> tuple[str, ...]:
        raise NotImplementedError

    def repositories(self, kind: str | None = None) -> Iterator[Repository]:
        raise NotImplementedError

    def keep(self, repository: Repository, commit: str, use: str, at: str) -> None:
        raise NotImplementedError

    def kept(self, repository: Repository, commit: str) -> dict[str, str] | None:
        """For which uses it was admitted, and when (UTC, ISO 8601); None where it never was."""
        raise NotImplementedError

    def kept_digests(self) -> frozenset[str]:
        """The SHA-256 of all files of all revisions that were admitted."""
        raise NotImplementedError

    def refs(self, repository: Repository) -> dict[str, str]:
        raise NotImplementedError

    def set_ref(self, repository: Repository, ref: str, commit: str, *, before: str | None) -> None:
        raise NotImplementedError

    def remove_ref(self, repository: Repository, ref: str) -> None:
        raise NotImplementedError
