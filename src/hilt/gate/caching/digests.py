"""The digests of all that lies in the caches, each file once, however many models use it."""

from __future__ import annotations

import os
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

_HOLLOW = 16
"""How many times what the disk holds of it a file may claim to be long, once past `_FREELY`: to digest holes takes for ever."""
_FREELY = 64 << 30


class Digests(NamedTuple):
    """The SHA-256 (hex) of files, by the path of their bytes, and why there is none of the others."""

    made: Mapping[str, str]
    errors: Mapping[str, str]

    def of(self, file: CachedFile) -> str:
        return self.made.get(file.locator.path, "")


def digests_of(files: Iterable[CachedFile], progress: Progress) -> Digests:
    """Reads all bytes; what the digest store remembers makes that quicker, and is never believed."""
    locators: dict[str, Locator] = {one.locator.path: one.locator for one in files}
    hollow = {path: _WHY for path, locator in locators.items() if _is_hollow(locator)}
    locators = {path: locator for path, locator in locators.items() if path not in hollow}
    pieces = [Piece(path, 0, locator.size) for path, locator in locators.items()]
    progress.start(files=len(pieces), size=sum(piece.end for piece in pieces))
    listing = Listing(subject=Subject(reference="the caches"), locators=locators)
    done = digest_pieces(listing, pieces, progress, threading.Event(), usual_store())
    progress.advance(files=len(pieces))
    return Digests(
        made={piece.path: digest for piece, digest in done.digests.items()},
        errors=hollow | {piece.path: why for piece, why in done.errors.items()},
    )


def _is_hollow(locator: Locator) -> bool:
    """Does a file claim to be far longer than what there is of it?"""
    if locator.size <= _FREELY:
        return False
    try:
        held = getattr(os.lstat(locator.path), "st_blocks", locator.size) * 512
    except OSError:
        return False  # whoever opens it says so
    return held * _HOLLOW < locator.size


_WHY = "nearly all of it are holes, which no tool writes; it is not read"
