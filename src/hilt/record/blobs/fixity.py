"""Digests again what is kept, and says what is not as it should be: disks lose bytes, and people remove files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import HiltError, SourceError
from hilt.core.library import Repository
from hilt.core.progress import Progress, Silent
from hilt.record.blobs.deltas import SUFFIX, Deltas
from hilt.record.blobs.durable import unusable
from hilt.record.blobs.layout import is_sha256
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs

_AT_ONCE = 1 << 20
_QUIETLY = getattr(os, "O_NOATIME", 0)
"""To be digested is no use: what was used last would not be known any more."""
_AGAIN = "remove it: it is fetched again when somebody asks for it"
_FROM_A_COPY = "it was admitted and is to be kept, so put it back from a copy of the library, a mirror or its upstream"
_ELSEWHERE = "move it away: the library has no use for it, and hilt leaves alone what it did not write"


class Damaged(NamedTuple):
    """`why` says what is wrong and what to do. `sha256` is what the bytes should have, empty where that is not known; `file` is its
    path inside the library."""

    sha256: str
    why: str
    file: str = ""


Elsewhere = Callable[[str, int], str]
"""Of a blob that is not here, why it cannot be had from where it is kept as well; empty where its bytes there are right."""


def damaged(
    blobs: Blobs,
    revisions: Revisions,
    progress: Progress | None = None,
    elsewhere: Elsewhere | None = None,
    part: str = "",
) -> Iterator[Damaged]:
    """Everything that is not as it should be. All blobs are read, which takes as long as the disk takes. Raises `SourceError`.

    With a `part`, one or two hexadecimal digits, these are the blobs, and the commits of what was admitted, whose names begin so; what
    lies there and is no blob is left out.
    """
    progress, deltas, kept = progress or Silent(), Deltas(blobs), cache(revisions.kept_digests)
    here, every = [blob.size for blob in blobs.each(part)], frozenset(deltas.each())
    packed = sorted(one for one in every if one.startswith(part))
    progress.start(files=len(here) + len(packed), size=sum(here))
    yield from _revisions(blobs, revisions, every, elsewhere, part)
    for blob in blobs.each(part):
        path = blobs.path(blob.sha256)
        name = str(path.relative_to(blobs.folder))
        try:
            seen = _digest(path, lambda size: progress.advance(size=size))
        except FileNotFoundError:
            continue  # removed since, as what nobody admitted may be
        except OSError as error:
            yield Damaged(blob.sha256, str(unusable(path, error)), name)
            continue
        progress.advance(files=1)
        if seen != blob.sha256:
            way_out = _FROM_A_COPY if blob.sha256 in kept() else _AGAIN
            yield Damaged(blob.sha256, f"its bytes have another SHA-256, {seen}; {way_out}", name)
    for sha256 in packed:
        yield from _packed(blobs, deltas, sha256, progress)
        progress.advance(files=1)
    if not part:
        yield from _unknown(blobs)


def _packed(blobs: Blobs, deltas: Deltas, sha256: str, progress: Progress) -> Iterator[Damaged]:
    """What is wrong with a delta itself. Where it is a base, the base has to be put back, and the delta is as good as before."""
    bases: tuple[str, ...] = ()
    try:
        found = deltas.find(sha256)
        bases = found.bases if found is not None else ()
        if found is None or any(not os.path.lexists(blobs.path(one)) for one in bases):
            return
        for _ in deltas.read(sha256):
            progress.advance()
    except SourceError as error:
        if not any(_is_wrong(blobs, one, progress) for one in bases):
            yield Damaged(sha256, str(error), str(deltas.path(sha256).relative_to(blobs.folder)))


def _is_wrong(blobs: Blobs, sha256: str, progress: Progress) -> bool:
    try:
        return _digest(blobs.path(sha256), lambda _: progress.advance()) != sha256
    except OSError:
        return True


def _revisions(
    blobs: Blobs, revisions: Revisions, packed: frozenset[str], elsewhere: Elsewhere | None, part: str
) -> Iterator[Damaged]:
    """What is wrong with what was admitted, as far as nobody has to read its bytes."""
    told: set[bytes] = set()
    for repository, commit in revisions.admitted():
        if not commit.startswith(part):
            continue
        try:
            files = revisions.checked(repository, commit)
            came = revisions.here(repository, commit)
        except HiltError as error:
            yield Damaged("", str(error))
            continue
        for file in files:
            digest = bytes.fromhex(file.sha256)
            if file.sha256 not in came or file.sha256 in packed or digest in told:
                continue
            if not blobs.has(file.sha256, file.size):
                told.add(digest)
                why = elsewhere(file.sha256, file.size) if elsewhere is not None else "and is kept nowhere else"
                if why:
                    what = f"{file.path!r:.200} of {file.size} bytes"
                    yield _missing(blobs, repository, commit, file.sha256, what, why)


def _missing(blobs: Blobs, repository: Repository, commit: str, sha256: str, what: str, why_not: str) -> Damaged:
    path = blobs.path(sha256)
    state = "has another size" if os.path.lexists(path) else "is not here"
    why = f"{repository} at {commit} needs it for {what}, and it {state}, {why_not}; {_FROM_A_COPY}"
    return Damaged(sha256, why, str(path.relative_to(blobs.folder)))


def _digest(path: Path, advance: Callable[[int], None]) -> str:
    """The SHA-256 of a file. Raises `OSError`."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | _QUIETLY)
    except PermissionError:  # only its owner may ask for that
        descriptor = os.open(path, flags)
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
