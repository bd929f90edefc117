"""Digests of files and of pieces of files, threads over pieces, with the help of what is known of the same bytes.

SHA-256 is what hubs and signatures use; BLAKE3 is for checking again fast, at a third of the cost. A large piece is
digested both ways at once, and the digest store remembers the two; the next time BLAKE3 alone tells whether the bytes are
still the same.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from blake3 import blake3

from hilt.checks.threads import spread
from hilt.core.errors import SourceError
from hilt.core.progress import Progress
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair
from hilt.sources.file import FileSource, Locator

if TYPE_CHECKING:
    from hilt.core.byte_source import ByteSource
    from hilt.sources.listing import Listing

CHUNK = 1 << 18
"""Fits into a core's cache, so that the second digest reads what the first has just brought there."""

ALGORITHMS = ("sha256", "blake2b", "blake3")
"""What manifests of OpenSSF Model Signing may use."""

THREADS = min((os.cpu_count() or 1) + 4, 8)
"""More than there are cores, so that none of these is idle while the last of a few large files is gone through."""


class Updated(Protocol):
    """A digest, a search: whatever is told of one chunk after the other."""

    def update(self, data: bytes, /) -> object: ...


class Digest(Updated, Protocol):
    """What `hashlib` and `blake3` make."""

    def hexdigest(self) -> str: ...


def new(algorithm: str) -> Digest:
    """A digest of nothing yet, by one of the `ALGORITHMS`."""
    if algorithm == "blake3":
        return blake3()
    return hashlib.new(algorithm, usedforsecurity=True)


class Piece(NamedTuple):
    """The bytes [begin, end) of a file, and how they are digested."""

    path: str
    begin: int
    end: int
    algorithm: str = "sha256"


class Digested(NamedTuple):
    """The digests (hex) by piece, why there is none of the others, and whose digest rests on what the store remembers."""

    digests: Mapping[Piece, str]
    errors: Mapping[Piece, str]
    remembered: frozenset[Piece] = frozenset()


def pass_over(
    source: ByteSource,
    digests: Collection[Updated],
    progress: Progress,
    stopped: threading.Event,
    *,
    begin: int = 0,
    end: int | None = None,
) -> None:
    """Tells all `digests` the bytes [begin, end) of `source`, in one pass. Raises `SourceError`."""
    end = source.size if end is None else end
    for offset in range(begin, end, CHUNK):
        if stopped.is_set():
            raise SourceError("the check was interrupted")
        chunk = source.read(offset, min(CHUNK, end - offset))
        for digest in digests:
            digest.update(chunk)
        progress.advance(size=len(chunk))


def digest_pieces(
    listing: Listing,
    pieces: Collection[Piece],
    progress: Progress,
    stopped: threading.Event,
    store: DigestStore | None,
    *,
    trust_nothing: bool = False,
) -> Digested:
    """The digests of `pieces`, each of which lies inside a file of the listing.

    Nothing is taken from the store that BLAKE3 of the bytes does not bear out; with `trust_nothing`, nothing at all. What
    is digested both ways is remembered in either case.
    """
    known: dict[Identity, Pair] = {}
    if store is not None and not trust_nothing:
        known = store.find(filter(None, (_identity(listing, piece) for piece in pieces)))
    made: dict[Identity, Pair] = {}
    errors: dict[Piece, str] = {}
    remembered: set[Piece] = set()

    def digest(piece: Piece) -> str:
        try:
            with listing.open(piece.path) as source:
                found, pair, identity = _digest(source, piece, known, progress, stopped)
                source.assert_unchanged()
        except SourceError as error:
            errors[piece] = str(error)
            return ""
        except BaseException:
            stopped.set()  # the other threads need not go through their files to the end
            raise
        if pair is not None and identity is not None:
            if known.get(identity) == pair:
                remembered.add(piece)
            else:
                made[identity] = pair
        return found

    longest_first = sorted(pieces, key=lambda piece: (piece.begin - piece.end, piece))
    digests = spread(digest, longest_first, threads=THREADS)
    if store is not None:
        store.add(made)
    told = {piece: found for piece, found in zip(longest_first, digests, strict=True) if piece not in errors}
    return Digested(digests=told, errors=errors, remembered=frozenset(remembered))


def _identity(listing: Listing, piece: Piece) -> Identity | None:
    """Who the piece is, where the store could know it."""
    locator = listing.locators[piece.path]
    if not _worth_remembering(piece) or not isinstance(locator, Locator):
        return None
    try:
        return Identity.of(os.lstat(locator.path), piece.begin, piece.end)
    except OSError:
        return None  # whoever opens it says so


def _worth_remembering(piece: Piece) -> bool:
    return piece.algorithm == "sha256" and piece.end - piece.begin >= SMALLEST


def _digest(
    source: ByteSource,
    piece: Piece,
    known: Mapping[Identity, Pair],
    progress: Progress,
    stopped: threading.Event,
) -> tuple[str, Pair | None, Identity | None]:
    """The digest; and where SHA-256 and BLAKE3 are known of the piece, the two and who it is."""
    if not _worth_remembering(piece) or not isinstance(source, FileSource):
        one = new(piece.algorithm)
        pass_over(source, [one], progress, stopped, begin=piece.begin, end=piece.end)
        return one.hexdigest(), None, None
    identity = Identity.of(source.status(), piece.begin, piece.end)
    if (pair := known.get(identity)) is not None:
        fast = blake3()
        pass_over(source, [fast], progress, stopped, begin=piece.begin, end=piece.end)
        if fast.hexdigest() == pair.blake3:
            return pair.sha256, pair, identity
    # Both from one pass: two passes over a file that somebody changes would pair the digests of different bytes.
    sha256, fast = new("sha256"), blake3()
    pass_over(source, [sha256, fast], progress, stopped, begin=piece.begin, end=piece.end)
    pair = Pair(blake3=fast.hexdigest(), sha256=sha256.hexdigest())
    return pair.sha256, pair, identity
