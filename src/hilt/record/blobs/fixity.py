"""Digests again what is kept, and says what is not as it should be: disks lose bytes, and people remove files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import HiltError, MissingExtra, SourceError
from hilt.core.library import KeptFile, Repository
from hilt.core.progress import Progress, Silent
from hilt.record.blobs.deltas import SUFFIX, DeltaDamaged, Deltas
from hilt.record.blobs.durable import unusable
from hilt.record.blobs.layout import is_sha256
from hilt.record.blobs.regular import opened, status
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs

_AT_ONCE = 1 << 20
_QUIETLY = getattr(os, "O_NOATIME", 0)
"""To be digested is no use: what was used last would not be known any more."""
_AGAIN = "remove it: it is fetched again when somebody asks for it"
_FROM_A_COPY = "it is to be kept, so put it back from a copy of the library, a mirror or its upstream"
_TEXT = "put the revision's files back from a copy of the library"
_ELSEWHERE = "move it away: the library has no use for it, and hilt leaves alone what it did not write"


class Damaged(NamedTuple):
    """`why` says what is wrong and what to do. `sha256` is what the bytes should have, empty where that is not known; `file` is its
    path inside the library."""

    sha256: str
    why: str
    file: str = ""


Elsewhere = Callable[[str, int], str]
"""Of a blob that is not here, why it cannot be had from where it is kept as well; empty where its bytes there are right."""


NotRead = Callable[[HiltError], None]
"""Is told why something could not be read: nobody knows whether it is damaged."""


def _raised(error: HiltError) -> None:
    raise error


def damaged(
    blobs: Blobs,
    revisions: Revisions,
    progress: Progress | None = None,
    elsewhere: Elsewhere | None = None,
    part: str = "",
    *,
    own: Callable[[Repository], bool] = lambda _: False,
    not_read: NotRead = _raised,
) -> Iterator[Damaged]:
    """Everything that is not as it should be. All blobs are read, which takes as long as the disk takes.

    With a `part`, one or two hexadecimal digits, these are the blobs, and the commits of what is to stay, whose names begin so; what
    lies there and is no blob is left out. `own` says which repositories are ours. What could not be read is not damaged: `not_read` is told
    of it, and it goes on; without it, that raises `SourceError` or `MissingExtra`.
    """
    progress, deltas = progress or Silent(), Deltas(blobs)
    stays = cache(lambda: revisions.digests(revisions.lasting(own)))
    here, packed = [blob.size for blob in blobs.each(part)], sorted(deltas.each(part))
    progress.start(files=len(here) + len(packed), size=sum(here))
    if "00".startswith(part):
        yield from _branches(revisions, own, not_read)
    yield from _Lasting(blobs, deltas, revisions, elsewhere, progress, not_read).damaged(own, part)
    for blob in blobs.each(part):
        path = blobs.path(blob.sha256)
        try:
            seen = _digest(path, lambda size: progress.advance(size=size))
        except FileNotFoundError:
            continue  # removed since, as what nobody admitted may be
        except OSError as error:
            not_read(unusable(path, error))
            continue
        progress.advance(files=1)
        if seen != blob.sha256:
            way_out = _FROM_A_COPY if blob.sha256 in stays() else _AGAIN
            why = f"its bytes have another SHA-256, {seen}; {way_out}"
            yield Damaged(blob.sha256, why, str(path.relative_to(blobs.folder)))
    for sha256 in packed:
        try:
            yield from _packed(blobs, deltas, sha256, progress)
        except (SourceError, MissingExtra) as error:
            not_read(error)
            continue
        progress.advance(files=1)
    if not part:
        yield from _unknown(blobs)


def _packed(blobs: Blobs, deltas: Deltas, sha256: str, progress: Progress) -> Iterator[Damaged]:
    """What is wrong with a delta itself. Where it is a base, the base has to be put back, and the delta is as good as before.

    Raises `SourceError`, `MissingExtra`.
    """
    bases: tuple[str, ...] = ()
    try:
        found = deltas.find(sha256)
        bases = found.bases if found is not None else ()
        if found is None or any(_status(blobs.path(one)) is None for one in bases):
            return
        for _ in deltas.read(sha256):
            progress.advance()
    except DeltaDamaged as error:
        if all(_is_right(blobs, one, progress) for one in bases):
            yield Damaged(sha256, str(error), str(deltas.path(sha256).relative_to(blobs.folder)))


def _branches(revisions: Revisions, own: Callable[[Repository], bool], not_read: NotRead) -> Iterator[Damaged]:
    """Where nobody can say what the branches of our own repositories lead to."""
    for repository in filter(own, revisions.repositories()):
        try:
            revisions.refs(repository)
        except SourceError as error:
            not_read(error)
        except HiltError as error:
            yield Damaged("", str(error))


class _Lasting(NamedTuple):
    """Looks at what is to stay, as far as nobody has to read its bytes."""

    blobs: Blobs
    deltas: Deltas
    revisions: Revisions
    elsewhere: Elsewhere | None
    progress: Progress
    not_read: NotRead

    def damaged(self, own: Callable[[Repository], bool], part: str) -> Iterator[Damaged]:
        told: set[bytes] = set()
        for repository, commit in self.revisions.lasting(own):
            if not commit.startswith(part):
                continue
            try:
                files = self.revisions.checked(repository, commit)
                came = self.revisions.here(repository, commit)
            except SourceError as error:
                self.not_read(error)
                continue
            except HiltError as error:
                yield Damaged("", str(error))
                continue
            where = f"{repository} at {commit}"
            for file in files:
                digest = bytes.fromhex(file.sha256)
                if file.sha256 in came and digest not in told:
                    for one in self._wrong(where, file):
                        told.add(digest)
                        yield one

    def _wrong(self, where: str, file: KeptFile) -> Iterator[Damaged]:
        """Raises `SourceError` where nobody can say what is kept elsewhere."""
        what = f"{file.path!r:.200} of {file.size} bytes"
        try:
            lacks = self._lacks(file)
            if not lacks and (size := self._right_size(file)) != file.size:
                yield Damaged("", f"{where} lists {what}, and what has that SHA-256 has {size}; {_TEXT}")
        except SourceError as error:
            self.not_read(error)
            return
        if lacks:
            why_not = self.elsewhere(file.sha256, file.size) if self.elsewhere else "and is kept nowhere else"
            if why_not and self._lacks(file):  # to look elsewhere may have taken hours
                why = f"{where} needs it for {what}, and it {lacks}, {why_not}; {_FROM_A_COPY}"
                yield Damaged(file.sha256, why, str(self.blobs.path(file.sha256).relative_to(self.blobs.folder)))

    def _right_size(self, file: KeptFile) -> int:
        """The one that its bytes have; that which is listed where they are wrong, which is told where all are read."""
        there = _status(self.blobs.path(file.sha256))
        if there is None or there.st_size == file.size or not _is_right(self.blobs, file.sha256, self.progress):
            return file.size
        return there.st_size

    def _lacks(self, file: KeptFile) -> str:
        """Why it is not to be had; empty where it lies here. Raises `SourceError`.

        What somebody packs beside us is here as a delta before the plain bytes go, and what is rebuilt the other way round.
        """
        plain = self.blobs.path(file.sha256)
        for path in (plain, self.deltas.path(file.sha256), plain):
            if there := _status(path):
                return "" if stat.S_ISREG(there.st_mode) else "is no file"
        return "is not here"


def _status(path: Path) -> os.stat_result | None:
    """That of what lies there; None where nothing does. Raises `SourceError` where nobody can say."""
    try:
        return status(path)
    except OSError as error:
        raise unusable(path, error) from None


def _is_right(blobs: Blobs, sha256: str, progress: Progress) -> bool:
    """Raises `SourceError` where that cannot be read."""
    path = blobs.path(sha256)
    try:
        return _digest(path, lambda _: progress.advance()) == sha256
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unusable(path, error) from None


def _digest(path: Path, advance: Callable[[int], None]) -> str:
    """The SHA-256 of a file. Raises `OSError`."""
    try:
        descriptor = opened(path, _QUIETLY)
    except PermissionError:  # only its owner may ask for that
        descriptor = opened(path)
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_AT_ONCE))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while size := file.readinto(buffer):
            digest.update(buffer[:size])
            advance(size)
    return digest.hexdigest()


def _unknown(blobs: Blobs) -> Iterator[Damaged]:
    """Whatever lies among the blobs and is none."""
    top = blobs.folder / "blobs"
    for place, folders, files in os.walk(top):
        inside = Path(place).relative_to(top).parts
        for name in files:
            path = Path(place, name)
            known = inside == ("sha256", name[:2]) and is_sha256(name.removesuffix(SUFFIX))
            if not known or path.is_symlink() or not path.is_file():
                yield Damaged("", f"this is no blob; {_ELSEWHERE}", str(path.relative_to(blobs.folder)))
        for name in folders:
            path = Path(place, name)
            if path.is_symlink():
                yield Damaged(
                    "", f"this is a link, which nothing follows; {_ELSEWHERE}", str(path.relative_to(blobs.folder))
                )
