"""The files of a subject as its signatures see them, with the digests that it takes to compare the two."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence

from hilt.checks.digesting import Piece, digest_pieces
from hilt.checks.provenance.places import is_client_folder
from hilt.core.limits import Limits
from hilt.core.progress import Progress
from hilt.core.subject import Entry, EntryKind
from hilt.knowledge.provenance.manifest import File, pieces
from hilt.knowledge.provenance.statement import Statement
from hilt.sources.digest_store import DigestStore
from hilt.sources.listing import Listing

NO_FILE = {
    EntryKind.LINK_OUT: "a link that leads out of the model, which hilt does not follow",
    EntryKind.LINK_BROKEN: "a link that leads nowhere",
    EntryKind.LINK_FOLDER: "a link to a folder, which hilt does not follow",
    EntryKind.SET_ASIDE: "a folder that hilt does not look into",
    EntryKind.SPECIAL: "no regular file",
    EntryKind.UNREADABLE: "it cannot be read",
}
"""Names that are no files, in words."""


class SignedFiles:
    """The files of a listing; digests are made once, whichever signatures ask for them."""

    def __init__(
        self, listing: Listing, limits: Limits, progress: Progress, store: DigestStore | None, *, trust_nothing: bool
    ) -> None:
        self._listing, self._limits, self._progress = listing, limits, progress
        self._store, self._trust_nothing = store, trust_nothing
        self._digests: dict[Piece, str] = {}
        self._errors: dict[Piece, str] = {}
        self._remembered: frozenset[Piece] = frozenset()
        entries = listing.subject.entries
        self._entries = {entry.path: entry for entry in entries if not is_client_folder(entry)}
        self.set_aside = tuple(entry.path for entry in entries if is_client_folder(entry))
        """Folders that are no part of any model."""
        self.claimed = frozenset(entry.path for entry in listing.subject.files if entry.claimed)
        """Files whose SHA-256 is what a hub states."""
        self.unlisted = tuple((gap.path, gap.why) for gap in listing.gaps if gap.path not in self._entries)
        """Where there may be names that nobody saw, and why."""

    @property
    def sizes(self) -> dict[str, int]:
        """All names that somebody could load, and how many bytes each has."""
        return {entry.path: entry.size for entry in self._entries.values()}

    @property
    def remembered(self) -> int:
        """Bytes whose SHA-256 was taken from the store."""
        return sum(piece.end - piece.begin for piece in self._remembered)

    def digest(self, wanted: Sequence[tuple[Statement, Collection[str]]], *, anew: bool = False) -> None:
        """Makes the digests that are missing, of these paths as those statements list them.

        With `anew`, those that rest on the store are made again, without it.
        """
        every = {piece for statement, paths in wanted for path in paths for piece in self._pieces(statement, path)}
        missing = every & self._remembered if anew else {one for one in every if one not in self._digests}
        if not missing:
            return
        self._progress.start(files=0, size=sum(piece.end - piece.begin for piece in missing))
        done = digest_pieces(
            self._listing,
            missing,
            self._progress,
            threading.Event(),
            self._store,
            trust_nothing=self._trust_nothing or anew,
        )
        self._digests.update(done.digests)
        self._errors.update(done.errors)
        self._remembered = (self._remembered - missing) | done.remembered

    def files(self, statement: Statement) -> Iterator[File]:
        """Every name, with the digests that were made of it for a statement like this one."""
        for entry in self._entries.values():
            if self._is_stated(entry, statement):
                yield File(entry.path, entry.size, (entry.sha256,))
                continue
            made = [self._digests.get(piece, "") for piece in self._pieces(statement, entry.path)]
            yield File(entry.path, entry.size, tuple(made) if all(made) else ())

    def rest_on_claims(self, statement: Statement) -> bool:
        """Is the digest that the statement lists, of any file, one that the hub states?"""
        return any(self._is_stated(entry, statement) for entry in self._entries.values())

    def why_unread(self, statement: Statement, path: str) -> str:
        """Why there is no digest of `path`."""
        entry = self._entries[path]
        if entry.kind is not EntryKind.FILE:
            return entry.note or NO_FILE[entry.kind]
        for piece in self._pieces(statement, path):
            if piece in self._errors:
                return self._errors[piece]
        if self._listing.remote is not None:
            kind = statement.algorithm if not statement.shard_size else f"{statement.algorithm} of pieces"
            return f"the hub does not state its {kind}; download it and verify it there"
        return "nobody computed its digest"

    def _is_stated(self, entry: Entry, statement: Statement) -> bool:
        """Is the digest that the statement lists one that the hub states?"""
        return entry.claimed and statement.algorithm == "sha256" and not statement.shard_size

    def _pieces(self, statement: Statement, path: str) -> tuple[Piece, ...]:
        """What has to be digested of `path`; nothing where it cannot be read, or is not to be fetched."""
        entry = self._entries[path]
        if path not in self._listing.locators or self._is_stated(entry, statement):
            return ()
        if self._listing.remote is not None and entry.size > self._limits.remote_digest_bytes:
            return ()
        places = pieces(entry.size, statement.shard_size)
        return tuple(Piece(path, begin, end, statement.algorithm) for begin, end in places)
