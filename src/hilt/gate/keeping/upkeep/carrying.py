"""carrying: a revision in a bag, with everything that speaks for it, from one library to another that cannot reach it.

data/...                 the files, under their own names
hilt/record.bundle       what is recorded of it: verdict, report, decisions, and the proof of the log (`hilt bundle read`)
hilt/revision.json       the names, sizes and digests, as the library keeps them
hilt/report.html         the report, for people
hilt/aibom.cdx.json      its bill of materials, CycloneDX
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.carried import Carried
from hilt.core.errors import AlreadyThere, FormatError, NotHeld, ProofInvalid, ReportInvalid, SourceError, UsageError
from hilt.core.library import KeptRevision, Repository
from hilt.core.progress import Progress, Silent
from hilt.core.version import __version__
from hilt.gate import bundle
from hilt.gate.explain import catalogue
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.rebuilding import put_back
from hilt.gate.keeping.upkeep.repairing import copied
from hilt.gate.record import OwnKey, now, opened
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings
from hilt.output import cyclonedx, html
from hilt.record import bags
from hilt.record.bags import Packed
from hilt.record.blobs.layout import is_commit
from hilt.record.blobs.revision_v1 import decode, encode
from hilt.sources.hub_place import parse_reference

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

BUNDLE, REVISION, PAGE, BOM = "hilt/record.bundle", "hilt/revision.json", "hilt/report.html", "hilt/aibom.cdx.json"
_LARGEST = 64 << 20


def write(
    reference: str,
    folder: Path,
    *,
    use: str = "",
    until: str = "",
    settings: Settings,
    progress: Progress | None = None,
) -> Carried:
    """Writes what `reference` names (hf:org/name, or hf:org/name@revision) from the library into the new bag `folder`.

    Raises `NotHeld`, `UsageError` where files of it are not in the library, `SourceError`, `RecordError`.
    """
    from hilt.record.blobs.deltas import Deltas

    blobs, revisions = _library(settings)
    kept = _named(reference, revisions)
    put_back(kept, blobs, Deltas(blobs))
    missing = [one.path for one in kept.files if not blobs.has(one.sha256, one.size)]
    if missing:
        raise UsageError(
            f"{reference}: {len(missing)} of its {len(kept.files)} files are not in the library, such as {missing[0]!a:.100}: download them "
            "from it first, so that they come"
        )
    progress = progress or Silent()
    progress.start(files=len(kept.files), size=kept.subject.size)
    told = bundle.write(f"sha256:{kept.digest}", use=use, until=until, settings=settings)
    tags = {BUNDLE: told, REVISION: encode(kept), **_told(kept, settings)}
    payload = ((one.path, Packed(blobs.path(one.sha256), one.size, one.sha256)) for one in kept.files)
    with opened(settings) as record:
        day = now(record).date().isoformat()
    info = {
        "Source-Organization": settings.organisation or "not told",
        "Bagging-Date": day,
        "External-Identifier": f"{kept.repository.reference}@{kept.commit}",
        "Bag-Software-Agent": f"hilt {__version__}",
        "External-Description": f"A model with the record of what was decided of it. Subject sha256:{kept.digest}",
    }
    bags.write(folder, _named_plainly(payload), tags, info, advance=lambda size: progress.advance(size=size))
    return Carried(kept=kept, folder=str(folder), bytes=kept.subject.size)


def take(
    folder: Path,
    *,
    branch: str = "main",
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings,
    progress: Progress | None = None,
) -> Carried:
    """Takes a bag into the library, once all of it is proven without the network; `branch` leads to it from then on.

    The record of it must be by a log that the settings trust, and is imported by an administrator, who signs that.
    Raises `SourceError` where the bag is not whole, `ProofInvalid` where what it says does not hold.
    """
    progress = progress or Silent()
    blobs, revisions = _library(settings)
    progress.start(files=0, size=sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()))
    payload, tags = bags.read(folder, advance=lambda size: progress.advance(size=size))
    kept = _revision(folder, payload, tags)
    said = bundle.read(tags[BUNDLE].place, settings=settings)
    if said.history.subject != kept.digest:
        raise ProofInvalid(
            f"{folder}: its record is about sha256:{said.history.subject}, and its files are sha256:{kept.digest}; do not use them"
        )
    entry = -1
    with suppress(AlreadyThere):  # what it says counts here already
        entry = bundle.take(tags[BUNDLE].place, key=key, password=password, settings=settings).entry
    for one in kept.files:
        _put(blobs, payload[one.path])
    revisions.save(kept)
    revisions.came(kept.repository, kept.commit, *(one.sha256 for one in kept.files))
    revisions.set_ref(kept.repository, branch, kept.commit, before=revisions.refs(kept.repository).get(branch))
    return Carried(kept=kept, folder=str(folder), bytes=kept.subject.size, said=said, entry=entry)


def _library(settings: Settings) -> tuple[Blobs, Revisions]:
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

    folder = library_folder(settings)
    return Blobs(folder), Revisions(folder)


def _named(reference: str, revisions: Revisions) -> KeptRevision:
    place = parse_reference(reference if reference.startswith("hf:") else f"hf:{reference}")
    repository = Repository(place.kind, place.repository)
    commit = revisions.refs(repository).get(place.revision, place.revision)
    kept = revisions.find(repository, commit) if is_commit(commit) else None
    if kept is None:
        known = ", ".join((*sorted(revisions.refs(repository)), *revisions.commits(repository))) or "nothing of it"
        raise NotHeld(f"{reference}: the library does not have this revision; it has {known:.300}", what="revision")
    return kept


def _told(kept: KeptRevision, settings: Settings) -> dict[str, bytes]:
    """The verdict as people and other tools read it."""
    with opened(settings) as record:
        last = newest_verdict(record.history(kept.digest))
        if last is None:
            raise UsageError(f"{kept.repository.reference}: the record holds no verdict on it; have it checked first")
        verdict = verdict_of(last, record.document)
    return {
        PAGE: html.render([verdict], catalogue()).encode("utf-8", "backslashreplace"),
        BOM: cyclonedx.render([verdict], catalogue()).encode("utf-8", "backslashreplace"),
    }


def _named_plainly(payload: Iterator[tuple[str, Packed]]) -> Iterator[tuple[str, Packed]]:
    for path, packed in payload:
        if not path.isprintable():
            raise UsageError(f"{path!a:.200}: no bag can have this name, of which letters cannot be written")
        yield path, packed


def _revision(folder: Path, payload: Mapping[str, Packed], tags: Mapping[str, Packed]) -> KeptRevision:
    """What the bag says that it is, where its files are just that. Raises `SourceError`."""
    missing = [name for name in (BUNDLE, REVISION) if name not in tags]
    if missing:
        raise SourceError(
            f"{folder}: this bag has no {missing[0]}, so hilt did not write it; have the model checked as a folder"
        )
    if tags[REVISION].size > _LARGEST:
        raise SourceError(f"{folder}: its {REVISION} has more than {_LARGEST} bytes")
    try:
        kept = decode(tags[REVISION].place.read_bytes())
    except (FormatError, ReportInvalid) as error:
        raise SourceError(f"{folder}: {REVISION}: {error}") from None
    listed = {one.path: (one.size, one.sha256) for one in kept.files}
    there = {path: (one.size, one.sha256) for path, one in payload.items()}
    if listed != there:
        other = next(iter(sorted(path for path in listed.keys() | there.keys() if listed.get(path) != there.get(path))))
        raise SourceError(
            f"{folder}: {other!a:.200} is not the file that {REVISION} lists; have the bag written and carried again"
        )
    return kept


def _put(blobs: Blobs, packed: Packed) -> None:
    copied(packed.place, blobs.incoming(packed.size, sha256=packed.sha256, hold_all=True))
