"""What large files were digested to, so that SHA-256 need not be made of the same bytes twice.

A record says: the piece of a file of this identity, size and time had this BLAKE3 and this SHA-256. Identity, size and time
are never believed, for whoever changes a file can set its time back, and file systems use an inode again: they only tell
that it is worth while to make BLAKE3 alone, at a third of the cost. Where that is the BLAKE3 of the record, the bytes are
the same, and so is their SHA-256. Where it is not, both are made anew. The store holds no names and no bytes.

Whoever may write the store could make a changed file pass. So it is used only where the file and its folder belong to the
user and nobody else may write them; and callers have a way to ask without it.

A store that cannot be opened, is damaged or is of another version is no error: it is as if it were empty.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3

SMALLEST = 16 << 20
"""Bytes of the smallest piece that is remembered: to make SHA-256 of less costs no more than to open the store."""
MOST = 100_000
"""Pieces that are remembered; those that were written first go first. Some 20 MB."""

_VERSION = 1
_WAIT = 2.0
"""Seconds that one process waits for another that writes; then it does without."""
_AT_ONCE = 500
_HEX = re.compile(r"[0-9a-f]{64}")
_TABLE = "CREATE TABLE digests (piece TEXT PRIMARY KEY, state TEXT, blake3 TEXT, sha256 TEXT)"


class Identity(NamedTuple):
    """Which piece of which file it is (`device` to `end`), and in which state the file was. Times are in nanoseconds."""

    device: int
    inode: int
    begin: int
    end: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result, begin: int, end: int) -> Identity:
        return cls(
            device=status.st_dev,
            inode=status.st_ino,
            begin=begin,
            end=end,
            size=status.st_size,
            modified=status.st_mtime_ns,
            changed=status.st_ctime_ns,
        )

    @property
    def piece(self) -> str:
        return f"{self.device}:{self.inode}:{self.begin}:{self.end}"

    @property
    def state(self) -> str:
        return f"{self.size}:{self.modified}:{self.changed}"


class Pair(NamedTuple):
    """The digests of the same bytes, in hex."""

    blake3: str
    sha256: str


class DigestStore:
    """The records in one folder. Made for one read and one write around a pass over many files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "digests.sqlite"

    def find(self, identities: Iterable[Identity]) -> dict[Identity, Pair]:
        """What is recorded of pieces whose file is still in the same state."""
        wanted = {one.piece: one for one in identities}
        found: dict[Identity, Pair] = {}

        def ask(database: sqlite3.Connection) -> None:
            for some in _batches(list(wanted)):
                marks = ",".join("?" * len(some))
                rows = database.execute(f"SELECT * FROM digests WHERE piece IN ({marks})", some)  # noqa: S608 (only marks)
                for piece, state, blake3, sha256 in rows:
                    if state == wanted[piece].state and _is_digest(blake3) and _is_digest(sha256):
                        found[wanted[piece]] = Pair(blake3=blake3, sha256=sha256)

        if wanted and os.path.exists(self._file):  # noqa: PTH110 (that of pathlib raises where a folder is closed)
            self._use(ask)
        return found

    def add(self, records: Mapping[Identity, Pair]) -> None:
        """Remembers these, in the place of what was recorded of the same pieces."""
        rows = [(one.piece, one.state, *pair) for one, pair in records.items() if one.end - one.begin >= SMALLEST]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?)", rows)
                database.execute("DELETE FROM digests WHERE rowid <= (SELECT max(rowid) FROM digests) - ?", (MOST,))

        if rows:
            self._use(write)

    def _use(self, do: Callable[[sqlite3.Connection], None]) -> None:
        """Does it with the database, as far as that can be done; a damaged one is removed."""
        import sqlite3

        try:
            if not self._private():
                return
            # No journal and no waiting for the disk: a store that a crash leaves damaged is made anew.
            with closing(sqlite3.connect(self._file, timeout=_WAIT)) as database:
                database.execute("PRAGMA journal_mode = MEMORY")
                database.execute("PRAGMA synchronous = OFF")
                _of_this_version(database)
                do(database)
        except (sqlite3.OperationalError, OSError):
            return  # locked, full, or not to be written
        except (sqlite3.Error, UnicodeDecodeError):
            with suppress(OSError):
                self._file.unlink()

    def _private(self) -> bool:
        """Makes folder and file where they are missing, and says whether they are the user's alone. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self._file, flags, 0o600)
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if not stat.S_ISREG(status.st_mode) or not hasattr(os, "geteuid"):
            return stat.S_ISREG(status.st_mode)
        both = (status, self._folder.stat())
        return all(one.st_uid == os.geteuid() and not one.st_mode & 0o022 for one in both)


def usual_store() -> DigestStore | None:
    """The store in the user's cache folder; None where there is no such folder."""
    try:
        return DigestStore(_cache_folder())
    except RuntimeError:  # nobody knows where this user is at home
        return None


def _cache_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "hilt" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "hilt"
    stated = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(stated) if stated.startswith("/") else Path.home() / ".cache") / "hilt"


def _of_this_version(database: sqlite3.Connection) -> None:
    """An empty table where there is none of this version."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == _VERSION:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            database.execute("DROP TABLE IF EXISTS digests")
            database.execute(_TABLE)
            database.execute(f"PRAGMA user_version = {_VERSION}")


def _batches(pieces: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(pieces), _AT_ONCE):
        yield pieces[begin : begin + _AT_ONCE]


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None
