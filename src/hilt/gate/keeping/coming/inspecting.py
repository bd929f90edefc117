"""inspecting: one revision, read before anything of it is handed out.

What can run code is fetched whole and checked from the disk; of weights in formats that hold numbers alone, the check reads ranges, and
what is fetched of them later must be the very bytes that the check was given (`Probe`). The verdict goes on the record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import PurePosixPath
from time import monotonic, sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.run import VERSIONS
from hilt.core.errors import ChangedWhileRead, NotHeld, NotReady, SourceError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.report import State
from hilt.core.verdict import Verdict
from hilt.gate.check import verdict_of_listing
from hilt.gate.keeping.uploads.git_names import large_file
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import given, verdict_of
from hilt.gate.reviewing.todays_verdict import newest_verdict, rests_on
from hilt.gate.settings import Settings
from hilt.sources.file import Locator
from hilt.sources.listing import Listing
from hilt.sources.probing import Probe
from hilt.sources.remote_file import Stated

if TYPE_CHECKING:
    from hilt.gate.keeping.coming.fetching import Fetches
    from hilt.gate.keeping.origins.upstream import Upstream
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.store import Blobs
    from hilt.sources.hub import Listed, Tree

STREAMED = frozenset(
    ".safetensors .gguf .onnx_data .parquet .arrow .mp4 .webm .mp3 .wav .flac .ogg .png .jpg .jpeg .webp".split()
)
"""Ends of names of files that nothing loads code from. What such a file really holds, the check reads in its bytes."""
SHARE = 6
"""Files of one revision that are fetched at the same time: others want theirs as well."""
PATIENCE, BETWEEN = 600.0, 0.5
"""Seconds to wait for a file that another server fetches, and between two looks."""
SMALL = 1 << 20
"""A file of this size comes whole, whatever it is."""


class Inspected(NamedTuple):
    """A revision that was read: where each file of it comes from, and what the check was given of those that did not come whole."""

    kept: KeptRevision
    upstream: Upstream | None = None
    stated: Mapping[str, Stated] = MappingProxyType({})
    probes: Mapping[str, tuple[Probe, ...]] = MappingProxyType({})
    whole: tuple[str, ...] = ()
    """The SHA-256 of the files that the check read whole, from the disk."""


class Shelves(NamedTuple):
    """Where files are kept, and how they come there."""

    blobs: Blobs
    fetches: Fetches


class _Read(NamedTuple):
    """What a check of it said, what it was given of files that lie elsewhere, and what lay `here`."""

    verdict: Verdict
    probes: Mapping[str, tuple[Probe, ...]]
    here: Mapping[str, Locator]


def inspect(
    repository: Repository,
    commit: str,
    upstream: Upstream,
    shelves: Shelves,
    settings: Settings,
    *,
    before: KeptRevision | None = None,
    listed: Callable[[KeptRevision], None] = lambda _: None,
) -> Inspected:
    """Reads the revision and puts the verdict on the record. `listed` is told of the revision before it is read; `before` is what the
    library knows of it already.

    A verdict is about bytes with these digests, whoever states them. So where what came by ranges says something else of them than the
    record does, or could not be read, all of it is fetched, and the bytes themselves decide.

    Raises `NotHeld` where it holds no file, `SourceError` where the upstream is no help, `ChangedWhileRead` where it lies.
    """
    tree = upstream.tree(repository, commit, settings.limits)
    _refuse_what_is_no_file(repository, tree, upstream)
    listed(_kept(repository, tree, upstream, {}))
    read = _read(repository, tree, upstream, shelves, settings, everything=settings.search_bytes)
    if _is_doubtful(read, settings):
        read = _read(repository, tree, upstream, shelves, settings, everything=True)
    digests = {entry.path: entry.sha256 for entry in read.verdict.report.subject.files}
    kept = _kept(repository, tree, upstream, digests)
    refuse_others(kept, before)
    put_on_record(read.verdict, repository, settings)
    stated = {one.entry.path: one.stated for one in tree.files if one.stated is not None}
    return Inspected(kept, upstream, stated, read.probes, tuple(digests[path] for path in read.here))


def _read(
    repository: Repository, tree: Tree, upstream: Upstream, shelves: Shelves, settings: Settings, *, everything: bool
) -> _Read:
    here = _fetched(tree, upstream, shelves, everything=everything)
    with closing(upstream.listing(repository, tree, settings.limits, here)) as listing:
        verdict = verdict_of_listing(listing, settings)
        return _Read(verdict, listing.remote.probes() if listing.remote is not None else {}, here)


def _refuse_what_is_no_file(repository: Repository, tree: Tree, upstream: Upstream) -> None:
    """The verdict is about the files that are handed out: what is listed beside them must not bear on it, for it is not in their digest."""
    odd = next((one.entry for one in tree.files if one.stated is None), None)
    if odd is not None:
        why = f"it lists {odd.path!a:.200}: {odd.note or 'no file that can be fetched'}"
    elif tree.gaps:
        why = tree.gaps[0].why
    elif not tree.files:
        raise NotHeld(f"{repository} holds no file at {tree.commit}", what="file")
    else:
        return
    raise SourceError(
        f"{upstream.name}: {repository} at {tree.commit} cannot be handed out as it is: {why}; have its publisher mend it"
    )


def _failed(read: _Read, among: Container[str]) -> bool:
    """Could one of these files not be read?"""
    gaps = read.verdict.report.coverage.gaps
    return any(gap.state is State.FAILED and gap.path.partition("!/")[0] in among for gap in gaps)


def _is_doubtful(read: _Read, settings: Settings) -> bool:
    """Does it rest on an upstream's word where that is not enough?"""
    event, _ = given(read.verdict)
    if not event.claimed:
        return False
    if _failed(read, read.probes):
        return True
    with opened(settings) as record:
        last = newest_verdict(record.history(event.subject))
        if last is None or last.policy_digest != event.policy_digest or last.evidence == event.evidence:
            return False
        before = verdict_of(last, record.document)
    return before.report.versions == VERSIONS and _seen(before) != _seen(read.verdict)


def _seen(verdict: Verdict) -> tuple[object, ...]:
    """What a check sees in the same bytes wherever they lie; what the hub says beside them may differ."""
    return verdict.outcome, sorted(map(str, verdict.report.findings))


def read_again(kept: KeptRevision, blobs: Blobs, settings: Settings) -> Inspected:
    """Reads a revision of which every byte lies in the library, as this version of hilt reads it."""
    locators = {one.path: _locator(blobs, one.sha256) for one in kept.files}
    verdict = verdict_of_listing(Listing(subject=kept.subject, locators=locators), settings)
    put_on_record(verdict, kept.repository, settings)
    return Inspected(kept, whole=tuple(one.sha256 for one in kept.files))


def judged_by_this_hilt(kept: KeptRevision, settings: Settings) -> bool:
    """Is there a verdict on these bytes by the checks of this version?"""
    with opened(settings) as record:
        last = newest_verdict(record.history(kept.digest))
        return last is not None and verdict_of(last, record.document).report.versions == VERSIONS


def refuse_others(now: KeptRevision, before: KeptRevision | None) -> None:
    """Raises `ChangedWhileRead` where a commit holds other files than it did before: nobody can say which ones you would get."""
    if before is None:
        return
    then = {one.path: one for one in before.files}
    changed = [one.path for one in now.files if then.get(one.path) != one] + [
        *(then.keys() - {one.path for one in now.files})
    ]
    if changed:
        raise ChangedWhileRead(
            f"{now.repository}: {now.upstream or 'the library'} lists another {changed[0]!a:.100} at commit {now.commit} than "
            f"on {before.at[:10]}, and a commit never changes; nothing of it is fetched"
        )


def put_on_record(verdict: Verdict, repository: Repository, settings: Settings) -> None:
    """Records the verdict, where the record does not have it."""
    event, documents = given(verdict, reference=repository.reference)
    with opened(settings, writing=True) as record:
        last = newest_verdict(record.history(event.subject))
        if last is None or rests_on(last) != rests_on(event) or (last.claimed and not event.claimed):
            record.commit([event], documents=documents)


def comes_whole(path: str, size: int) -> bool:
    """Is the file fetched before it is checked?"""
    return size <= SMALL or PurePosixPath(path).suffix.lower() not in STREAMED


def _fetched(tree: Tree, upstream: Upstream, shelves: Shelves, *, everything: bool) -> dict[str, Locator]:
    """What lies in the library of it, after all that has to has come. Raises `SourceError`."""
    here: dict[str, Locator] = {}
    coming: deque[tuple[str, Incoming]] = deque()
    for entry, stated in tree.files:
        if stated is None:
            continue
        if stated.sha256 and shelves.blobs.has(stated.sha256, stated.size):
            here[entry.path] = _locator(shelves.blobs, stated.sha256)
        elif everything or not stated.sha256 or comes_whole(entry.path, entry.size):
            if len(coming) >= SHARE:
                _waited_for(coming, here)
            coming.append((entry.path, _begun(shelves, upstream, stated)))
    while coming:
        _waited_for(coming, here)
    return here


def _waited_for(coming: deque[tuple[str, Incoming]], here: dict[str, Locator]) -> None:
    """Waits for the file that was begun first."""
    path, incoming = coming.popleft()
    place = incoming.wait()
    if place is not None:
        here[path] = Locator.of(str(place), place.stat())


def _begun(shelves: Shelves, upstream: Upstream, stated: Stated) -> Incoming:
    """The file as it comes; where another server fetches it just now, once that is done. Raises `SourceError`, `NotReady`."""
    until = monotonic() + PATIENCE
    while True:
        try:
            return shelves.fetches.begin(upstream.client, stated, hold_all=True)
        except NotReady:
            if monotonic() > until:
                raise
            sleep(BETWEEN)


def _locator(blobs: Blobs, sha256: str) -> Locator:
    place = blobs.path(sha256)
    return Locator.of(str(place), place.stat())


def _kept(repository: Repository, tree: Tree, upstream: Upstream, digests: Mapping[str, str]) -> KeptRevision:
    files = (_file(one, digests) for one in tree.files if one.stated is not None)
    return KeptRevision(
        repository=repository,
        commit=tree.commit,
        files=tuple(sorted(files, key=lambda one: one.path)),
        upstream=upstream.name,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        told=tree.told,
    )


def _file(one: Listed, digests: Mapping[str, str]) -> KeptFile:
    entry, stated = one
    sha256 = digests.get(entry.path, "") or (stated.sha256 if stated else "")
    if stated is not None and stated.blob:
        return KeptFile(path=entry.path, size=entry.size, sha256=sha256, blob=stated.blob)
    return large_file(entry.path, entry.size, sha256)
