"""What is told of the record as a whole: that it was made, backed up or put back, and whose name was taken out of it."""

from __future__ import annotations

from typing import NamedTuple


class MadeRecord(NamedTuple):
    """A record that is empty but for the key of its log. `settings` is what it takes to find it again, empty where it is at the
    usual place or the settings name it already.
    """

    database: str
    key: str
    key_is_new: bool
    checkpoint: str
    verifier: str
    settings: dict[str, str]


class Saved(NamedTuple):
    """What a backup holds: the log and how far it goes, the checkpoint at its end, and how much is beside it."""

    log: str
    entries: int
    checkpoint: str
    documents: int
    words: int


class Restored(NamedTuple):
    """What was in the backup, and where it is now: the database, without what lets somebody in, and the file of the log's key.

    `held_against` are the checkpoints from which it goes on; where there is none, nobody knows whether the log had gone further.
    `verifier` is the key of the new log, empty where the old one goes on.
    """

    saved: Saved
    database: str
    key: str
    held_against: tuple[str, ...]
    key_is_there: bool
    verifier: str = ""


class ErasedPerson(NamedTuple):
    """`entry` is where the log says so. `texts` were erased beside name and contact; `said` are still there which the person
    said, and `naming` which others said and that name them.
    """

    person: str
    entry: int
    texts: int
    said: int
    naming: int
