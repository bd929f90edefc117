"""What a reference leads to. `SOURCES` are tried in order; the first that fits the reference lists it."""

from __future__ import annotations

import os
from pathlib import Path

from hilt.core.errors import NothingToCheck, ReferenceInvalid
from hilt.core.limits import Limits
from hilt.sources import folder, hub_cache, single_file
from hilt.sources.listing import Listing, Source

SOURCES: tuple[Source, ...] = (hub_cache.SOURCE, folder.SOURCE, single_file.SOURCE)


def open_reference(reference: str, limits: Limits, *, private_hosts: tuple[str, ...] = ()) -> Listing:
    """Lists what `reference` holds; nothing is read yet. Whoever has the listing closes it.

    `private_hosts` are hosts of one's own network that a hub may send a download to.

    Raises `ReferenceInvalid` where it leads nowhere, `NothingToCheck` where it holds no file, `SourceError` where a server
    does not answer as it should.
    """
    if reference.startswith(("hf:", "https:", "http:")):
        listing = _remote(reference, limits, private_hosts)
    elif reference.startswith("sha256:"):
        raise ReferenceInvalid(f"{reference}: this version of hilt keeps no models by their digest; give a path")
    else:
        listing = _here(reference, limits)
    if not listing.subject.entries:
        listing.close()
        raise NothingToCheck(f"{reference} holds no file")
    return listing


def _remote(reference: str, limits: Limits, private_hosts: tuple[str, ...]) -> Listing:
    from hilt.sources.network import Network

    network = Network.from_environment(os.environ, private_hosts=private_hosts)
    if reference.startswith("hf:"):
        from hilt.sources.hub import list_repository

        return list_repository(reference, limits, network)
    from hilt.sources.web_file import list_address

    return list_address(reference, limits, network)


def _here(reference: str, limits: Limits) -> Listing:
    if not reference:
        raise ReferenceInvalid("the reference is empty, as an unset variable leaves it; `.` is this folder")
    path = Path(reference)
    try:
        path.lstat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReferenceInvalid(f"{reference}: {reason}; give the path of a folder or file") from None
    for source in SOURCES:
        if source.fits(path):
            return source.list(path, reference, limits)
    raise ReferenceInvalid(f"{reference} is neither a folder nor a regular file, so hilt does not open it")
