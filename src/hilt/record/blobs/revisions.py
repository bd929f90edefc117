"""Which files a repository has at a commit, which revisions were admitted, and the branches of our own repositories."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from hilt.core.errors import (
    ChangedMeanwhile,
    ChangedWhileRead,
    FormatError,
    NotHeld,
    RecordDamaged,
    ReportInvalid,
    SourceError,
    UsageError,
)
from hilt.core.library import KINDS, KeptFile, KeptRevision, Repository
from hilt.core.wire import encode_text
from hilt.knowledge.file_lock import locked
from hilt.record.blobs.durable import add_line, make_folder, unusable, write_whole
from hilt.record.blobs.layout import (
    checked_commit,
    checked_sha256,
    is_commit,
    is_sha256,
    open_library,
    repositories,
    repository_path,
)
from hilt.record.blobs.revision_v1 import MOST_BYTES, decode, document, encode, in_order, manifest
from hilt.record.blobs.unchanged import Unchanged

REVISION, MANIFEST, KEPT, REFS = "revision.json", "manifest-sha256.txt", "kept.json", "refs.json"
CAME = "came.txt"
MOST_REFS = 10_000
MOST_AT_HAND = 200_000
"""Files of the revisions that were read, and of those that came: some 100 MB of memory."""
_KEPT_SCHEMA, _REFS_SCHEMA = "hilt.kept/1", "hilt.refs/1"
_MOST_TEXT = 8 << 20
_WAIT = 30.0
"""Seconds to wait for who writes to the same library; each takes some milliseconds."""
_REF = re.compile(r"(?![-/.])(?!.*(\.\.|//|@\{))[^\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]{1,200}(?<![/.])")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Revisions:
    """The revisions of the library in `folder`, which is made where it is missing. Raises `UsageError`, `SourceError`.

    Each method raises `UsageError` for a name or commit that is spelled as none can be, `SourceError` where the disk does not do it, and
    `RecordDamaged` where a file is not as hilt wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = open_library(folder)
        self._found: Unchanged[KeptRevision | None] = Unchanged(MOST_AT_HAND, lambda kept: kept.files if kept else ())
        self._came: Unchanged[frozenset[str]] = Unchanged(MOST_AT_HAND, lambda digests: digests)

    def save(self, revision: KeptRevision) -> None:
        """Remembers its files. A commit has the same ones for ever: raises `ChangedWhileRead` where others are known of it."""
        folder = self._folder(revision.repository, revision.commit)
        try:
            data, listed = encode(revision), in_order(revision.files)
        except FormatError as error:
            raise SourceError(f"{revision.repository} at {revision.commit}: {error}; it is not kept") from None
        with self._alone():
            before = self.find(revision.repository, revision.commit)
            if before is None:
                self._write(folder / MANIFEST, manifest(listed))
                self._write(folder / REVISION, data)  # the last, for where it is all is
            elif before.files != listed:
                raise ChangedWhileRead(
                    f"{revision.repository} at {revision.commit}: other files are listed now than in {folder / REVISION}, and a"
                    " commit never changes; ask the upstream. If what is kept is wrong, and was not admitted, remove that folder"
                )

    def find(self, repository: Repository, commit: str, *, keep: bool = True) -> KeptRevision | None:
        """What is known of it; None where it never came. Whoever goes through all of them does not `keep` them at hand."""
        file = self._folder(repository, commit) / REVISION
        return self._found.get(file, lambda: self._read_revision(file, repository, commit), keep=keep)

    def _read_revision(self, file: Path, repository: Repository, commit: str) -> KeptRevision | None:
        data = _read(file, MOST_BYTES)
        if data is None:
            return None
        try:
            revision = decode(data)
        except (FormatError, ReportInvalid) as error:
            raise _damaged(file, error) from None
        if (revision.repository, revision.commit) != (repository, commit):
            raise _damaged(file, f"it is about {revision.repository!s:.200} at {revision.commit!r:.60}")
        return revision

    def checked(self, repository: Repository, commit: str) -> tuple[KeptFile, ...]:
        """Its files, where all that is written of them agrees. Raises `RecordDamaged` where it does not."""
        folder = self._folder(repository, commit)
        revision = self.find(repository, commit)
        if revision is None:
            raise _damaged(folder / REVISION, "it is missing")
        try:
            same = _read(folder / REVISION, MOST_BYTES) == encode(revision)
        except FormatError as error:
            raise _damaged(folder / REVISION, error) from None
        if not same:
            raise _damaged(folder / REVISION, "it is not as hilt writes it, or its swhid is not that of its files")
        if _read(folder / MANIFEST, MOST_BYTES) != manifest(revision.files):
            raise _damaged(folder / MANIFEST, f"it does not list what {REVISION} lists")
        self.kept(repository, commit)
        return revision.files

    def commits(self, repository: Repository) -> tuple[str, ...]:
        """The commits that came, in the order of their digits."""
        folder = self.folder / repository_path(repository)
        return tuple(name for name in _names(folder) if is_commit(name) and (folder / name / REVISION).is_file())

    def repositories(self, kind: str | None = None) -> Iterator[Repository]:
        """All of which something is known, by name."""
        for one_kind in KINDS if kind is None else (kind,):
            for repository in repositories(self.folder, one_kind):
                if self.commits(repository) or (self.folder / repository_path(repository) / REFS).is_file():
                    yield repository

    def keep(self, repository: Repository, commit: str, use: str, at: str) -> None:
        """It was admitted for `use` at `at` (UTC, ISO 8601), and stays for good. Raises `NotHeld` where it never came."""
        folder = self._folder(repository, commit)
        with self._alone():
            if not (folder / REVISION).is_file():
                raise NotHeld(f"{repository} at {commit} is not in the library", what="revision")
            uses = self.kept(repository, commit) or {}
            if use not in uses:
                self._write_texts(folder / KEPT, _KEPT_SCHEMA, "uses", uses | {use: at})

    def kept(self, repository: Repository, commit: str) -> dict[str, str] | None:
        """For which uses it was admitted, and when (UTC, ISO 8601); None where it never was."""
        return _texts(self._folder(repository, commit) / KEPT, _KEPT_SCHEMA, "uses")

    def came(self, repository: Repository, commit: str, *digests: str) -> None:
        """The files with these SHA-256 are here, and are what the check of this revision read: of what was admitted, they are missing from
        now on where they are not."""
        file = self._folder(repository, commit) / CAME
        with self._alone():
            new = sorted({checked_sha256(one) for one in digests} - self.here(repository, commit))
            text = "".join(f"\n{one}\n" for one in new).encode()  # behind a line that a crash cut off
            try:
                if new:
                    add_line(file, text)
            except OSError as error:
                raise unusable(file, error, needed=len(text)) from None

    def here(self, repository: Repository, commit: str) -> frozenset[str]:
        """The SHA-256 of the files that came for this revision."""
        file = self._folder(repository, commit) / CAME
        return self._came.get(file, lambda: _digests(_read(file, MOST_BYTES) or b""))

    def written(self, repository: Repository, commit: str) -> tuple[Path, ...]:
        """The files in which everything stands that is known of it."""
        folder = self._folder(repository, commit)
        return (*(folder / name for name in (REVISION, MANIFEST, KEPT, CAME)), folder.parent / REFS)

    def admitted(self) -> Iterator[tuple[Repository, str]]:
        """All that was ever admitted: repositories with commits, also where nothing else is left of them."""
        for kind in KINDS:
            for repository in repositories(self.folder, kind):
                for name in _names(self.folder / repository_path(repository)):
                    if is_commit(name) and os.path.lexists(self._folder(repository, name) / KEPT):
                        yield repository, name

    def lasting(self, own: Callable[[Repository], bool]) -> Iterator[tuple[Repository, str]]:
        """All that is to stay: what was admitted, and what branches and tags of our `own` repositories lead to, which nobody else has.

        Branches that cannot be read, which `fixity` tells, lead nowhere.
        """
        yield from self.admitted()
        for repository in filter(own, self.repositories()):
            with suppress(RecordDamaged):
                for commit in sorted(set(self.refs(repository).values())):
                    if not os.path.lexists(self._folder(repository, commit) / KEPT):
                        yield repository, commit

    def kept_digests(self) -> frozenset[str]:
        """The SHA-256 of all files of all revisions that were admitted; of one that cannot be read, which `fixity` tells, of those that came."""
        return self.digests(self.admitted())

    def digests(self, those: Iterable[tuple[Repository, str]]) -> frozenset[str]:
        """The SHA-256 of all files of these revisions."""
        digests: set[str] = set()
        for repository, commit in those:
            try:
                revision = self.find(repository, commit, keep=False)
            except RecordDamaged:
                revision = None
            files = revision.files if revision is not None else ()
            digests.update((file.sha256 for file in files) if files else self.here(repository, commit))
        return frozenset(digests)

    def refs(self, repository: Repository) -> dict[str, str]:
        """The branches and tags of a repository of our own, with their commits."""
        file = self.folder / repository_path(repository) / REFS
        refs = _texts(file, _REFS_SCHEMA, "refs") or {}
        for ref, commit in refs.items():
            if not is_commit(commit) or not _REF.fullmatch(ref) or len(refs) > MOST_REFS:
                raise _damaged(file, f"{ref!r:.80} cannot lead to {commit!r:.80}, or there are more than {MOST_REFS}")
        return refs

    def set_ref(self, repository: Repository, ref: str, commit: str, *, before: str | None) -> None:
        """Lets `ref` lead to `commit`, if it still leads to `before` (None: if there is none).

        Raises `ChangedMeanwhile` where it does not, `NotHeld` where there is no such commit.
        """
        if not _REF.fullmatch(ref) or is_commit(ref):
            raise UsageError(f"{ref!r:.80}: no branch can be called so; take letters, digits, -, _, . and /")
        folder = self._folder(repository, commit)
        with self._alone():
            if not (folder / REVISION).is_file():
                raise NotHeld(f"{repository} has no commit {commit}", what="revision")
            refs = self.refs(repository)
            if refs.get(ref) != before:
                now = refs.get(ref) or "no commit"
                raise ChangedMeanwhile(
                    f"{repository}: {ref} is at {now} by now, not at {before}; look again, and do it on top"
                )
            if ref not in refs and len(refs) >= MOST_REFS:
                raise UsageError(
                    f"{repository}: it has {MOST_REFS} branches and tags, and that is the most; remove some"
                )
            self._write_texts(folder.parent / REFS, _REFS_SCHEMA, "refs", refs | {ref: commit})

    def remove_ref(self, repository: Repository, ref: str) -> None:
        """Forgets `ref`; the commits stay. Raises `NotHeld` where there is none."""
        with self._alone():
            refs = self.refs(repository)
            if refs.pop(ref, None) is None:
                raise NotHeld(f"{repository} has no {ref!r:.80}", what="revision")
            self._write_texts(self.folder / repository_path(repository) / REFS, _REFS_SCHEMA, "refs", refs)

    def _folder(self, repository: Repository, commit: str) -> Path:
        return self.folder / repository_path(repository) / checked_commit(commit)

    def _alone(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile, in any process."""
        return self.alone("library")

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Nobody else does the same meanwhile, in any process."""
        try:
            with locked(self.folder / what, wait=_WAIT):
                yield
        except OSError as error:
            raise unusable(self.folder, error) from None

    def _write(self, file: Path, data: bytes) -> None:
        try:
            make_folder(file.parent)
            write_whole(file, data, partial=self.folder / "partial")
        except OSError as error:
            raise unusable(file, error, needed=len(data)) from None

    def _write_texts(self, file: Path, schema: str, key: str, texts: Mapping[str, str]) -> None:
        table = {encode_text(name): encode_text(text) for name, text in sorted(texts.items())}
        self._write(file, json.dumps({"schema": schema, key: table}, indent=1).encode("ascii") + b"\n")


def _texts(file: Path, schema: str, key: str) -> dict[str, str] | None:
    data = _read(file, _MOST_TEXT)
    if data is None:
        return None
    try:
        it = document(data, schema)
        texts = it.texts(key)
        it.done()
    except (FormatError, ReportInvalid) as error:
        raise _damaged(file, error) from None
    return texts


def _read(file: Path, most: int) -> bytes | None:
    """What is in it; None where it is not there."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | _NO_FOLLOW), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _damaged(file, "it is no file")
            data = stream.read(most + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unusable(file, error) from None
    if len(data) > most:
        raise _damaged(file, f"it has more than {most} bytes")
    return data


def _digests(data: bytes) -> frozenset[str]:
    lines = data.decode("ascii", "replace").splitlines()
    return frozenset(line for line in lines if is_sha256(line))


def _names(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unusable(folder, error) from None


def _damaged(file: Path, why: object) -> RecordDamaged:
    return RecordDamaged(
        str(file), f"{why}; put it back from a copy of the library, or remove it to have it fetched anew"
    )
