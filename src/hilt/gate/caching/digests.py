"""The digests of all that lies in the caches, each file once, however many models use it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hilt.checks.digesting import Piece, digest_pieces
from hilt.core.progress import Progress
from hilt.core.subject import Subject
from hilt.sources.caches.cached import CachedFile
from hilt.sources.digest_store import usual_store
from hilt.sources.file import Locator
from hilt.sources.listing import Listing


class Digests(NamedTuple):
    """The SHA-256 (hex) of files, by the path of their bytes, and why there is none of the others."""

    made: Mapping[str, str]
    errors: Mapping[str, str]

    def of(self, file: CachedFile) -> str:
        return self.made.get(file.locator.path, "")


def digests_of(files: Iterable[CachedFile], progress: Progress) -> Digests:
    """Reads all bytes; what the digest store remembers makes that quicker, and is never believed."""
    locators: dict[str, Locator] = {one.locator.path: one.locator for one in files}
    pieces = [Piece(path, 0, locator.size) for path, locator in locators.items()]
    progress.start(files=len(pieces), size=sum(piece.end for piece in pieces))
    listing = Listing(subject=Subject(reference="the caches"), locators=locators)
    done = digest_pieces(listing, pieces, progress, threading.Event(), usual_store())
    progress.advance(files=len(pieces))
    return Digests(
        made={piece.path: digest for piece, digest in done.digests.items()},
        errors={piece.path: why for piece, why in done.errors.items()},
    )
