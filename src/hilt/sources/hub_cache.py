"""Lists one revision in a Hugging Face cache: `models--org--name/snapshots/<revision>`, whose files link into `blobs/`.

Layout: huggingface_hub, "Understand caching": `refs/<name>` hold a commit id, `snapshots/<commit>` the files of it as
links to `../../blobs/<etag>`. Links are therefore allowed to lead anywhere inside the folder of the repository. Since version 2,
`blobs/<etag>` may be a link itself, into `<cache>/blobs`, which several repositories share (huggingface_hub, utils/_shared_blobs.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.context import HubStated
from hilt.core.errors import NothingToCheck, ReferenceInvalid
from hilt.core.limits import Limits
from hilt.sources.folder import walk
from hilt.sources.listing import Listing, Source

if TYPE_CHECKING:
    from hilt.sources.hub_place import HubPlace

_REPOSITORY = re.compile(r"(models|datasets|spaces|kernels)--.+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
SHARED = ".huggingface-shared-blobs"
"""What lies in the folder that repositories share, and in no other one of that name."""
_ETAG = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def fits(path: Path) -> bool:
    path = path.absolute()
    return path.is_dir() and (
        _is_repository(path) or (path.parent.name == "snapshots" and _is_repository(path.parent.parent))
    )


def list_snapshot(path: Path, reference: str, limits: Limits) -> Listing:
    """The snapshot at `path`, or the one that `refs/main` names, or the only one there is."""
    path = path.absolute()
    snapshot = _chosen(path, reference) if _is_repository(path) else path
    listing = walk_snapshot(snapshot, reference, limits)
    return listing._replace(hub=_stated(listing))


def walk_snapshot(snapshot: Path, reference: str, limits: Limits) -> Listing:
    """The files of one snapshot, through their links."""
    repository = snapshot.parent.parent
    shared = repository.parent / "blobs"
    also = shared if (shared / SHARED).is_file() else None
    return walk(snapshot, within=repository, also=also, reference=reference, limits=limits, revision=snapshot.name)


def _stated(listing: Listing) -> HubStated:
    """The names of the blobs: what the hub said is in them when they were downloaded."""
    revision = listing.subject.revision
    blobs = {entry.path: entry.target.rpartition("blobs/")[2] for entry in listing.subject.files if entry.target}
    return HubStated(
        commit=revision if _COMMIT.fullmatch(revision) else "",
        digests={path: blob for path, blob in blobs.items() if _ETAG.fullmatch(blob)},
        source="the names of the blobs",
    )


def place(path: Path) -> HubPlace | None:
    """What of a hub lies at `path`, by the names of the folders of the cache; None for what lies elsewhere."""
    if not fits(path):
        return None
    from hilt.sources.hub_place import HubPlace

    path = path.absolute()
    repository, revision = (path, "main") if _is_repository(path) else (path.parent.parent, path.name)
    kind, *names = repository.name.split("--")
    return HubPlace(kind=kind, repository="/".join(names), revision=revision)


def _is_repository(path: Path) -> bool:
    return bool(_REPOSITORY.fullmatch(path.name)) and (path / "snapshots").is_dir()


def _chosen(repository: Path, reference: str) -> Path:
    snapshots = sorted(path for path in (repository / "snapshots").iterdir() if path.is_dir())
    main = repository / "refs" / "main"
    if main.is_file():
        with main.open("rb") as file:
            commit = file.read(64).decode("ascii", "replace").strip()
        if _COMMIT.fullmatch(commit) and repository / "snapshots" / commit in snapshots:
            return repository / "snapshots" / commit
    if not snapshots:
        raise NothingToCheck(f"{reference} is a cache folder without a snapshot")
    if len(snapshots) > 1:
        names = ", ".join(path.name for path in snapshots[:5])
        raise ReferenceInvalid(
            f"{reference} holds {len(snapshots)} snapshots ({names}) and no refs/main; name one of them"
        )
    return snapshots[0]


SOURCE = Source(id="hub-cache", fits=fits, list=list_snapshot)
