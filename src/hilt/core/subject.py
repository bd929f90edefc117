"""What is judged: a reference, a revision, files with digests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class EntryKind(Enum):
    """What a name in a subject leads to."""

    FILE = "file"
    LINK_OUT = "link-out"
    """A link whose target lies outside the subject; not followed."""
    LINK_BROKEN = "link-broken"
    """A link that leads nowhere, or in a circle."""
    LINK_FOLDER = "link-folder"
    """A link to a folder inside the subject; not followed, for its files are listed where they are."""
    SET_ASIDE = "set-aside"
    """A folder that a tool keeps for itself (`.git`, a download cache) and no loader reads; not looked into."""
    SPECIAL = "special"
    """A device, a socket or a pipe; not opened."""
    UNREADABLE = "unreadable"
    """A file or folder that the operating system does not let us read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name in a subject, with what could be told without reading it.

    `path` uses `/` and is relative to the subject; bytes that are not UTF-8 stand as surrogate escapes. `size` is in
    bytes. `target` is what a link says; `note` says why an entry cannot be read. Digests are lower-case hex and empty
    until the bytes have been hashed. `claimed` is true where the SHA-256 is what a hub states: the bytes have not been
    digested here.
    """

    path: str
    kind: EntryKind = EntryKind.FILE
    size: int = 0
    target: str = ""
    note: str = ""
    sha256: str = ""
    blake3: str = ""
    claimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model, a dataset or a contribution, as it was found at `reference`.

    `entries` are sorted by path. `digest` is empty while a regular file has no SHA-256.
    """

    reference: str
    revision: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def files(self) -> tuple[Entry, ...]:
        """The regular files."""
        return tuple(entry for entry in self.entries if entry.kind is EntryKind.FILE)

    @property
    def size(self) -> int:
        """Bytes of all regular files."""
        return sum(entry.size for entry in self.files)

    @property
    def claimed(self) -> bool:
        """True where a part of the digest is what a hub states, and nobody here has digested the bytes."""
        return any(entry.claimed for entry in self.files)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON list of [path, size, SHA-256] of all regular files, sorted by path."""
        files = sorted(self.files, key=lambda entry: entry.path)
        if not files or any(not entry.sha256 for entry in files):
            return ""
        import hashlib
        import json

        rows = [[entry.path, entry.size, entry.sha256] for entry in files]
        return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode("ascii")).hexdigest()
