"""named: what a name of a hub means where the settings say where names come from; the same for a check as for a download.

Else `hilt check hf:acme/secret` would ask the public hub for a model of one's own, and judge what somebody put there under its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.errors import NotHeld, NothingToCheck, ReferenceInvalid, SourceError
from hilt.core.library import Repository
from hilt.gate.settings import Settings
from hilt.sources.references import open_reference

if TYPE_CHECKING:
    from hilt.gate.configured.library_settings import UpstreamSettings
    from hilt.sources.hub_place import HubPlace
    from hilt.sources.listing import Listing


def open_named(reference: str, settings: Settings) -> Listing:
    """Lists what `reference` means; whoever has it closes it. Raises as `open_reference` does."""
    library = settings.library
    if reference.startswith("hf:") and (library.upstreams is not None or library.own):
        from hilt.sources.hub_place import parse_reference

        listing = _of_library(reference, parse_reference(reference), settings)
        if listing is not None:
            if not listing.subject.entries:
                listing.close()
                raise NothingToCheck(f"{reference} holds no file")
            return listing
    return open_reference(reference, settings.limits, private_hosts=settings.private_hosts)


def _of_library(reference: str, place: HubPlace, settings: Settings) -> Listing | None:
    """From where the settings have the name from; None where that is the hub of the environment."""
    from hilt.gate.keeping.origins.upstreams import asked_for, is_own

    repository = Repository(place.kind, place.repository)
    if is_own(repository, settings.library.own):
        return _uploaded(reference, repository, place.revision, settings)
    asked = asked_for(repository, settings.library)
    if not asked:
        raise ReferenceInvalid(
            f"{reference}: no upstream has this name; the settings tell which ones have (library.upstreams)"
        )
    if settings.library.upstreams is None:
        return None
    missing: SourceError | NotHeld | None = None
    for told in asked:
        try:
            return _from(told, reference, place, repository, settings)
        except NotHeld as error:
            missing = missing or error
        except SourceError as error:
            if not _is_missing(error):
                raise
            missing = missing or error
    raise missing or ReferenceInvalid(f"{reference}: no upstream has it")


def _is_missing(error: SourceError) -> bool:
    """Does the hub say that it has none? Where it is away, nobody else is asked in its place."""
    from hilt.sources.http import NoSuccess

    return isinstance(error, NoSuccess) and (error.status == 404 or (error.status, error.code) == (401, "RepoNotFound"))


def _from(
    told: UpstreamSettings, reference: str, place: HubPlace, repository: Repository, settings: Settings
) -> Listing:
    if told.folder:
        from hilt.gate.keeping.origins.folder_upstream import FolderUpstream

        return FolderUpstream(told.name, told.folder, settings.limits, None).walked(repository, settings.limits)
    from hilt.gate.keeping.origins.upstreams import network_of
    from hilt.sources.hub import list_place

    return list_place(place, reference, settings.limits, network_of(told, settings))


def _uploaded(reference: str, repository: Repository, revision: str, settings: Settings) -> Listing:
    """A model that was uploaded here, as the library keeps it."""
    from hilt.gate.keeping.places import library_folder
    from hilt.record.blobs.layout import is_commit
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs
    from hilt.sources.file import Locator
    from hilt.sources.listing import Listing

    folder = library_folder(settings)
    blobs, revisions = Blobs(folder), Revisions(folder)
    commit = revisions.refs(repository).get(revision, revision)
    kept = revisions.find(repository, commit) if is_commit(commit) else None
    if kept is None:
        raise NotHeld(
            f"{reference}: nothing of this name was uploaded here; `hilt library search` tells what was",
            what="revision",
        )

    def lying() -> Iterator[tuple[str, Locator]]:
        for one in kept.files:
            where: Path = blobs.path(one.sha256)
            if not blobs.has(one.sha256, one.size):
                raise SourceError(
                    f"{reference}: {one.path!a:.200} is not in the library as it is; `hilt fixity run` tells more"
                )
            yield one.path, Locator.of(str(where), where.stat())

    return Listing(subject=kept.subject, locators=dict(lying()))
