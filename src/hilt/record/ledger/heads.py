"""The newest signed checkpoint in the database, and whether the log only grew since one that was seen before."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, column, insert, text

from hilt.core.errors import KeyUnusable, ProofInvalid, RecordBehind, RecordDamaged
from hilt.record.ledger.checkpoints import Checkpoint, open_checkpoint
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.log_keys import LogKey, log_keys, signing
from hilt.record.ledger.merkle import EMPTY_ROOT, check_consistency, consistency
from hilt.record.ledger.notes import read_note, signature
from hilt.record.ledger.stored_tree import reading
from hilt.record.schema import heads

_NEWEST = text(
    "SELECT size, root, note, (SELECT max(place) FROM entries) AS last,"
    " (SELECT max(place) FROM entries WHERE kind = 'log-key') AS key FROM heads ORDER BY size DESC LIMIT 1"
).columns(*(column(name) for name in ("size", "root", "note", "last", "key")))  # named, they are read in half the time
_ANY = text("SELECT 1 FROM entries LIMIT 1")
_ADD = insert(heads)
_SIGN = text("UPDATE heads SET note = :note WHERE size = :size")
_REPLACE = text(
    "UPDATE heads SET size = :size, root = :root, note = :note WHERE size = :old"
    " AND NOT EXISTS (SELECT 1 FROM cosignatures WHERE cosignatures.size = :old)"
)
WAY_OUT = (
    "put back the newest backup (hilt restore); if what is missing is lost, `hilt restore --origin NAME` begins a new log,"
    " because to go on with this one would make two logs of one name"
)


class Head(NamedTuple):
    """How far the log has come, and the `note` in which it signs that; empty as long as the log is."""

    size: int
    root: bytes
    note: str


class VerifiedHead(NamedTuple):
    """A head that was verified, the keys of the log then, and the row by which it is known again."""

    head: Head
    keys: tuple[LogKey, ...] = ()
    row: tuple[Any, ...] | None = None


def newest(connection: Connection, before: VerifiedHead | None) -> VerifiedHead:
    """The newest head, verified, and that it goes on from the one `before`. Raises `RecordDamaged`, `RecordBehind`."""
    found = connection.execute(_NEWEST).one_or_none()
    row = None if found is None else tuple(found)
    if before is not None and row is not None and row == before.row:
        return before
    known = VerifiedHead(_empty(connection)) if row is None else _verified(connection, row)
    if before is not None:
        grew(connection, known, before.head.size, before.head.root, "the checkpoint that this process saw last")
    return known


def grew(connection: Connection, known: VerifiedHead, size: int, root: bytes, seen: str) -> None:
    """Raises `RecordBehind` unless the log begins with the tree of `size` entries whose root was `seen`."""
    head = known.head
    if size > head.size:
        raise RecordBehind(f"the log ends after {head.size} entries, and {seen} has {size}; {WAY_OUT}")
    try:
        path = consistency(size, head.size, reading(connection, head.size))
        check_consistency(size, head.size, root, head.root, path)
    except ProofInvalid as error:
        raise RecordBehind(
            f"the log does not go on from {seen}: among its first {size} entries others were signed ({error}); "
            f"`hilt log verify` names what was changed; {WAY_OUT}"
        ) from None


def kept_checkpoint(note: str, known: VerifiedHead, seen: str) -> Checkpoint:
    """The checkpoint in `note`, which was kept. Raises `RecordBehind` where it is of another log."""
    try:
        return open_checkpoint(note, [key.verifier for key in known.keys])[0]
    except ProofInvalid as error:
        raise RecordBehind(
            f"{seen} is not one of this log ({error}); if this is a new log, name another file for its checkpoint"
        ) from None


def replace(connection: Connection, old: Head, new: Head) -> None:
    """Stores the new head. The old one stays where a witness has signed it."""
    if connection.execute(_REPLACE, {**new._asdict(), "old": old.size}).rowcount == 0:
        connection.execute(_ADD, new._asdict())


def countersign(connection: Connection, known: VerifiedHead, key: SigningKey) -> None:
    """Adds the signature of the newest key to the newest checkpoint, which is signed with the one before."""
    verifier, head = known.keys[-1].verifier, known.head
    if verifier.key != key.public:
        raise KeyUnusable(f"the log {verifier.name!r} signs with the key {verifier.text}, and another one was given")
    line = signature(read_note(head.note).text, verifier, key).line
    if line not in head.note:
        connection.execute(_SIGN, {"size": head.size, "note": head.note + line})


def _empty(connection: Connection) -> Head:
    if connection.execute(_ANY).scalar() is not None:
        raise RecordDamaged("the signed checkpoint", "it is missing, and there are entries")
    return Head(0, EMPTY_ROOT, "")


def _verified(connection: Connection, row: tuple[Any, ...]) -> VerifiedHead:
    size, root, note, last, _ = row
    if not isinstance(size, int):
        raise RecordDamaged(f"the signed checkpoint of {ascii(size)[:20]} entries", "no log has as many")
    keys = log_keys(connection)
    signed_by = signing(keys, size)
    try:
        told, _ = open_checkpoint(str(note), [signed_by])
    except ProofInvalid as error:
        raise RecordDamaged(f"the signed checkpoint of {size} entries", str(error)) from None
    if (told.size, told.root) != (size, root):
        raise RecordDamaged(f"the signed checkpoint of {size} entries", f"it is one of {told.size} entries")
    if last != size - 1:
        raise RecordDamaged(f"entry {size - 1}", f"the signed checkpoint says that it is the last, and that is {last}")
    return VerifiedHead(Head(size, root, note), keys, row)
