"""Which revisions a library has, as its folders tell; looked at again and again, without reading what did not change."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hilt.core.library import KINDS, Repository
from hilt.record.blobs.durable import unusable
from hilt.record.blobs.layout import is_commit, named

SETTLED = 3_000_000_000
"""Nanoseconds after which a folder that changed tells another change by another time; file systems have coarse clocks."""


class _Folder(NamedTuple):
    """The folder of a repository: when it changed, when it was looked into, and the commits that it had then."""

    repository: Repository | None
    changed: int
    looked: int
    commits: tuple[str, ...]


class Contents:
    """Of the library in `folder`, at most so many repositories. For one thread at a time."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._known: dict[str, _Folder] = {}
        self.has_more = False

    def look(self) -> dict[Repository, tuple[str, ...]]:
        """The commits of each repository; where hilt was stopped, one may lack its files. Raises `SourceError`."""
        known: dict[str, _Folder] = {}
        self.has_more = False
        try:
            for entry, kind, organisation in self._repositories():
                if len(known) == self._most:
                    self.has_more = True
                    break
                known[entry.path] = self._look_into(entry, kind, organisation)
        except OSError as error:
            raise unusable(self._folder, error) from None
        self._known = known
        return {one.repository: one.commits for one in known.values() if one.repository is not None}

    def _repositories(self) -> Iterator[tuple[os.DirEntry[str], str, str]]:
        for kind in KINDS:
            for organisation in _folders(self._folder / kind):
                for entry in _folders(organisation.path):
                    yield entry, kind, organisation.name

    def _look_into(self, entry: os.DirEntry[str], kind: str, organisation: str) -> _Folder:
        changed, before = entry.stat(follow_symlinks=False).st_mtime_ns, self._known.get(entry.path)
        if before is not None and before.changed == changed and before.looked - changed > SETTLED:
            return before
        repository = before.repository if before is not None else named(kind, organisation, entry.name)
        looked = time.time_ns()
        commits = () if repository is None else tuple(sorted(one.name for one in _folders(entry.path)))
        return _Folder(repository, changed, looked, tuple(filter(is_commit, commits)))


def _folders(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as inside:
            return [one for one in inside if one.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
