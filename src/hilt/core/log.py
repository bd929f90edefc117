"""What is told of the log: how far it has come, which witnesses saw it, and what a receipt of it proves."""

from __future__ import annotations

from typing import Any, NamedTuple

from hilt.core.events import Recorded


class Cosigned(NamedTuple):
    """A witness has signed the checkpoint of `size` entries at `time`, in seconds since 1970."""

    witness: str
    size: int
    time: int


class LogState(NamedTuple):
    """What the log has signed of itself: `kept` is the file outside the database that holds a checkpoint, if there is one."""

    origin: str
    size: int
    root: str
    key: str
    kept: str
    witnessed: tuple[Cosigned, ...]


class Verified(NamedTuple):
    """What became of verifying the whole record: each damage (what it is of, and why), at most `MOST_DAMAGE` of them, the state of
    a log that is whole, and whether it was held against a `checkpoint` that was kept elsewhere."""

    damage: tuple[tuple[str, str], ...]
    damaged: int
    state: LogState | None
    checkpoint: bool


MOST_DAMAGE = 200


class AskedWitness(NamedTuple):
    """What a witness did: at which time it signed (seconds since 1970), or why it did not."""

    name: str
    url: str
    time: int = 0
    why: str = ""


class KnownWitness(NamedTuple):
    """A witness of the settings, and what it has signed last: how many entries, and when."""

    name: str
    url: str
    key: str
    size: int
    time: int


class Exported(NamedTuple):
    """How many entries the folder had and has, and how many files were written."""

    before: int
    size: int
    files: int


class Proven(NamedTuple):
    """What a receipt proves: an entry, with `by` the key that signed it where that is not the log's, in the log `origin`."""

    recorded: Recorded
    origin: str
    size: int
    key: str
    witnessed: tuple[tuple[str, int], ...]
    """Each witness who signed the checkpoint, and when, in seconds since 1970."""
    statement: dict[str, Any]
