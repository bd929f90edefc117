"""commits: what a draft makes of the files of a repository, under the name that git gives it; and what came before."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import ChangedMeanwhile, NotHeld, UsageError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.gate.keeping.uploads.cards import CARD, LOOKED_AT, told_of
from hilt.gate.keeping.uploads.drafts import Copied, Draft, Large, Operation, Put, Removed, Said
from hilt.gate.keeping.uploads.git_names import CommitText, commit_name, large_file
from hilt.gate.keeping.uploads.upload_names import check_paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

COMMIT = "commit"
"""Under what a kept revision tells of its commit."""
MOST_HISTORY = 200
"""Commits that are told."""
_SHORTEST = 7
"""Letters that name a commit."""


class Told(NamedTuple):
    """A commit of ours, as a list of them tells it. `date` is UTC, ISO 8601."""

    commit: str
    title: str
    message: str
    by: str
    date: str
    parent: str


class Commits:
    """Makes revisions of drafts, of at most `most_files`. `has` tells whether bytes with a SHA-256 and a size can be had here."""

    def __init__(self, blobs: Blobs, revisions: Revisions, has: Callable[[str, int], bool], most_files: int) -> None:
        self._blobs, self._revisions, self._has, self._most = blobs, revisions, has, most_files

    def first(self, repository: Repository, by: str, files: tuple[KeptFile, ...]) -> KeptRevision:
        """The first revision of a repository."""
        return self._revision(repository, files, None, by, Said("initial commit"))

    def onto(self, head: KeptRevision, draft: Draft, size_of: Callable[[str], int | None]) -> KeptRevision:
        """What the draft makes of `head`; that itself where it changes nothing. `size_of` tells the size of a large file that it may name.

        Raises `ChangedMeanwhile` where it was meant for another one, `NotHeld` where a file that it names is not there, `UsageError`.
        """
        said = draft.said or Said()
        self._check_parent(head, draft, said.parent)
        files = {one.path: one for one in head.files}
        for operation in draft.operations:
            self._apply(operation, files, draft, size_of)
        if len(files) > self._most:
            raise UsageError(
                f"{len(files)} files would be in {draft.repository.name}, and at most {self._most} are read"
            )
        check_paths(files)
        listed = tuple(sorted(files.values(), key=lambda one: one.path))
        if listed == head.files:
            return head
        self._check_here(one for one in listed if one.sha256 not in draft.small)
        draft.small.put({one.sha256 for one in listed})
        return self._revision(draft.repository, listed, head, draft.by, said)

    def history(self, kept: KeptRevision) -> Iterator[Told]:
        """The commit of a revision that may be had, and those before it that people admitted; the newest first.

        Of the others, whoever may not have them is not told who changed what.
        """
        for number in range(MOST_HISTORY):
            told = _told(kept)
            if not number or self._revisions.kept(kept.repository, kept.commit) is not None:
                yield told
            parent = self._revisions.find(kept.repository, told.parent) if told.parent else None
            if parent is None:
                return
            kept = parent

    def _check_parent(self, head: KeptRevision, draft: Draft, parent: str) -> None:
        if parent:
            if len(parent) < _SHORTEST or not head.commit.startswith(parent):
                raise ChangedMeanwhile(
                    f"{draft.repository.name}: {draft.branch} is at {head.commit} by now, and not at {parent[:40]!a}; get what has "
                    "changed, and commit on top of it"
                )
            return
        if head.commit == draft.base:
            return
        base = self._revisions.find(draft.repository, draft.base)
        now, then = ({one.path: one for one in each.files} if each else {} for each in (head, base))
        changed = {path for path in now.keys() | then.keys() if now.get(path) != then.get(path)}
        for touched in _touched(draft.operations):
            if touched in changed or any(path.startswith(f"{touched}/") for path in changed):
                raise ChangedMeanwhile(
                    f"{draft.repository.name}: while this came, somebody else changed {touched[:120]!a} on {draft.branch} (commit "
                    f"{head.commit}); get what has changed, and commit on top of it"
                )

    def _apply(
        self, operation: Operation, files: dict[str, KeptFile], draft: Draft, size_of: Callable[[str], int | None]
    ) -> None:
        match operation:
            case Put(file):
                files[file.path] = file
            case Large(path, sha256, size):
                known = size_of(sha256)
                if known is None or size not in (-1, known) or not self._has(sha256, known):
                    raise UsageError(
                        f"{path[:120]!a}: the file with the SHA-256 {sha256} was not sent to {draft.repository.name}, or has another "
                        "size; send it before the commit (a copy from another repository is downloaded, and uploaded)"
                    )
                files[path] = large_file(path, known, sha256)
            case Removed(path, is_folder):
                inside = [one for one in files if one.startswith(f"{path}/")] if is_folder else [path]
                if not inside or any(one not in files for one in inside):
                    what = "folder" if is_folder else "file"
                    raise NotHeld(
                        f"A {what} with this name doesn't exist: {path[:120]!a} in {draft.repository.name} on {draft.branch}",
                        what="file",
                    )
                for one in inside:
                    del files[one]
            case Copied(path, source, revision):
                files[path] = self._copied(path, source, revision, files, draft.repository)

    def _copied(
        self, path: str, source: str, revision: str, files: Mapping[str, KeptFile], repository: Repository
    ) -> KeptFile:
        there = files
        if revision:
            commit = self._revisions.refs(repository).get(revision, revision)
            kept = self._revisions.find(repository, commit)
            there = {one.path: one for one in kept.files} if kept is not None else {}
        if source not in there:
            raise NotHeld(f"A file with this name doesn't exist: {source[:120]!a} in {repository.name}", what="file")
        return replace(there[source], path=path)

    def _check_here(self, files: Iterable[KeptFile]) -> None:
        """What is to be checked lies here, all of it."""
        for one in files:
            if not one.sha256 or not self._has(one.sha256, one.size):
                raise UsageError(
                    f"{one.path[:120]!a} is not in the library any more; upload it again in the same commit"
                )
            self._blobs.use(one.sha256)

    def _revision(
        self, repository: Repository, files: tuple[KeptFile, ...], parent: KeptRevision | None, by: str, said: Said
    ) -> KeptRevision:
        at = int(time.time())
        before = parent.commit if parent is not None else ""
        message = f"{said.title or 'Upload'}\n\n{said.description}" if said.description else said.title or "Upload"
        text = CommitText(before, by, at, message)
        when = datetime.fromtimestamp(at, UTC)
        created = parent.told.get("createdAt") if parent is not None else None
        told: dict[str, object] = {
            "lastModified": when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "createdAt": created or when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            COMMIT: {"message": message, "by": by, "at": at, "parent": before},
            **self._card(files),
        }
        return KeptRevision(
            repository=repository,
            commit=commit_name(files, text),
            files=files,
            at=when.isoformat(timespec="seconds"),
            told=told,
        )

    def _card(self, files: Iterable[KeptFile]) -> dict[str, object]:
        card = next((one for one in files if one.path == CARD), None)
        if card is not None:
            with suppress(OSError):
                descriptor = os.open(self._blobs.path(card.sha256), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                with os.fdopen(descriptor, "rb") as file:
                    return told_of(file.read(LOOKED_AT + 1))
        return {}


def _touched(operations: Iterable[Operation]) -> Iterator[str]:
    """The paths that depend on what was there before, or change it."""
    for one in operations:
        yield one.file.path if isinstance(one, Put) else one.path
        if isinstance(one, Copied):
            yield one.source


def _told(kept: KeptRevision) -> Told:
    told = kept.told.get(COMMIT)
    said: Mapping[object, object] = told if isinstance(told, Mapping) and not kept.upstream else {}
    message, by, parent = (_text(said.get(key)) for key in ("message", "by", "parent"))
    title, _, rest = message.partition("\n\n")
    usable = parent if len(parent) == 40 and set(parent) <= frozenset("0123456789abcdef") else ""
    return Told(kept.commit, title, rest, by, kept.at, usable)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
