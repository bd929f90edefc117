"""What a reference leads to. `SOURCES` are tried in order; the first that fits the reference lists it."""

from __future__ import annotations

from pathlib import Path

from hilt.core.errors import NothingToCheck, ReferenceInvalid
from hilt.core.limits import Limits
from hilt.sources import folder, hub_cache, single_file
from hilt.sources.listing import Listing, Source

SOURCES: tuple[Source, ...] = (hub_cache.SOURCE, folder.SOURCE, single_file.SOURCE)

REMOTE = ("hf:", "https:", "http:", "sha256:")


def open_reference(reference: str, limits: Limits) -> Listing:
    """Lists what `reference` holds; nothing is read yet.

    Raises `ReferenceInvalid` where it leads nowhere, `NothingToCheck` where it holds no file.
    """
    if reference.startswith(REMOTE):
        raise ReferenceInvalid(
            f"{reference}: this version of hilt checks paths only; download it first, do not load it"
        )
    path = Path(reference)
    try:
        path.lstat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReferenceInvalid(f"{reference}: {reason}; give the path of a folder or file") from None
    for source in SOURCES:
        if source.fits(path):
            listing = source.list(path, reference, limits)
            if not listing.subject.entries:
                raise NothingToCheck(f"{reference} holds no file")
            return listing
    raise ReferenceInvalid(f"{reference} is neither a folder nor a regular file, so hilt does not open it")
