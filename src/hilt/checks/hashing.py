"""One pass over the bytes of every file, threads over files: SHA-256, BLAKE3, and where asked the marks of a search.

What large files were digested to is remembered, so that a signature over them is verified at a third of the cost. Nothing
is parsed here: the marks say where bytes look like the beginning of a program or like a key, and the worker, not this process, reads what stands there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.digesting import new, pass_over
from hilt.checks.threads import spread
from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.core.limits import Limits
from hilt.core.progress import Progress
from hilt.core.report import Gap, State
from hilt.core.subject import Entry
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair
from hilt.sources.file import FileSource
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.knowledge.byte_marks import Marker, Marks
    from hilt.sources.remote_source import RemoteSource


class Hashed(NamedTuple):
    """The entries with their digests, the marks by path, and a gap for every file not gone through to its end."""

    entries: tuple[Entry, ...]
    marks: Mapping[str, Marks] = MappingProxyType({})
    gaps: tuple[Gap, ...] = ()


def hash_files(
    listing: Listing,
    limits: Limits,
    progress: Progress,
    stopped: threading.Event,
    *,
    marked: bool,
    store: DigestStore | None = None,
) -> Hashed:
    """Goes through every file once; with `marked`, notes as well where a search for programs and keys must look.

    `store` is told what large files were digested to.
    """
    made: dict[Identity, Pair] = {}
    marks: dict[str, Marks] = {}
    gaps: list[Gap] = []

    wanted = {entry.path for entry in digestible(listing, limits, marked=marked)}

    def digest(entry: Entry) -> Entry:
        if entry.path not in wanted:
            if entry.path in listing.locators and not entry.sha256:
                gaps.append(Gap(what="hash", path=entry.path, state=State.SKIPPED, why=_unbound(entry, limits)))
            return entry
        marker = _marker(limits) if marked else None
        try:
            sha256, fast = _digests(listing.open(entry.path), marker, made, progress, stopped)
            if entry.claimed and sha256 != entry.sha256:
                raise ChangedWhileRead(f"the digest stated is {entry.sha256}, and that of the bytes is {sha256}")
        except SourceError as error:
            gaps.append(Gap(what="hash", path=entry.path, state=State.FAILED, why=str(error)))
            return entry
        if marker is not None:
            marks[entry.path] = marker.marks()
        return replace(entry, sha256=sha256, blake3=fast, claimed=False)

    entries = tuple(spread(digest, listing.subject.entries, threads=min(os.cpu_count() or 1, 8)))
    if store is not None:
        store.add(made)
    return Hashed(entries=entries, marks=marks, gaps=tuple(sorted(gaps, key=lambda gap: gap.path)))


def digestible(listing: Listing, limits: Limits, *, marked: bool) -> Iterator[Entry]:
    """The files that are gone through: all that lie here; of others the small ones whose digest nobody states.

    With `marked`, all of them.
    """
    for entry in listing.subject.entries:
        if entry.path in listing.locators and (
            listing.remote is None or marked or (not entry.sha256 and entry.size <= limits.remote_digest_bytes)
        ):
            yield entry


def _unbound(entry: Entry, limits: Limits) -> str:
    return (
        f"nobody states its digest, and its {entry.size} bytes were not all fetched (limit remote_digest_bytes = "
        f"{limits.remote_digest_bytes}), so the verdict is not bound to them; raise the limit, or download it and check "
        "the file"
    )


def _marker(limits: Limits) -> Marker:
    from hilt.knowledge.byte_marks import Marker

    return Marker(limits)


def _digests(
    opened: FileSource | RemoteSource,
    marker: Marker | None,
    made: dict[Identity, Pair],
    progress: Progress,
    stopped: threading.Event,
) -> tuple[str, str]:
    sha256, fast = new("sha256"), new("blake3")
    with opened as source:
        pass_over(source, [one for one in (sha256, fast, marker) if one is not None], progress, stopped)
        source.assert_unchanged()
        pair = Pair(blake3=fast.hexdigest(), sha256=sha256.hexdigest())
        if isinstance(source, FileSource) and source.size >= SMALLEST:
            made[Identity.of(source.status(), 0, source.size)] = pair
    return pair.sha256, pair.blake3
