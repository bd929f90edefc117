"""Checkpoints that witnesses signed: kept with what they signed, and preferred where something is to be proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, column, insert, text

from hilt.core.errors import ProofInvalid, RecordDamaged
from hilt.core.log import Cosigned
from hilt.record.ledger.checkpoints import check_cosignature, open_checkpoint
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.heads import Head, VerifiedHead
from hilt.record.ledger.log_keys import signing
from hilt.record.ledger.notes import Signature, Verifier, read_note, read_signatures
from hilt.record.schema import cosignatures, heads

_NEWEST = text(
    "SELECT size, note FROM heads WHERE size > :place AND size IN (SELECT size FROM cosignatures)"
    " ORDER BY size DESC LIMIT 1"
).columns(column("size"), column("note"))
_PAGE = text("SELECT size, note FROM heads WHERE size < :below ORDER BY size DESC LIMIT :limit").columns(
    column("size"), column("note")
)
_LAST = text("SELECT max(size) FROM cosignatures WHERE witness = :witness")
_LINES = text("SELECT witness, line FROM cosignatures WHERE size = :size ORDER BY witness LIMIT 50").columns(
    column("witness"), column("line")
)
_HEAD = text("SELECT 1 FROM heads WHERE size = :size")
_DROP = text("DELETE FROM cosignatures WHERE size = :size AND witness = :witness")
_ALL = text("SELECT size, witness, line, note FROM cosignatures JOIN heads USING (size) ORDER BY size, witness")
_EVERY = text("SELECT size, witness, line, note FROM cosignatures LEFT JOIN heads USING (size) ORDER BY size, witness")


def keep(connection: Connection, head: Head, signatures: Sequence[Signature]) -> None:
    """Stores what witnesses signed of `head`; what they had signed of it before gives way."""
    if connection.execute(_HEAD, {"size": head.size}).scalar() is None:  # the log has grown while they were asked
        connection.execute(insert(heads), head._asdict())
    for one in signatures:
        connection.execute(_DROP, {"size": head.size, "witness": one.name})
        connection.execute(insert(cosignatures), {"size": head.size, "witness": one.name, "line": one.line})


def last_size(connection: Connection, witness: str) -> int:
    """The size that the witness signed last; 0 where it never did, or where that cannot be told."""
    size: object = connection.execute(_LAST, {"witness": witness}).scalar()
    return size if isinstance(size, int) and size > 0 else 0


def note_of(connection: Connection, head: Head) -> str:
    """The note of a head, with what witnesses signed of it; what is no signature would spoil it."""
    found = connection.execute(_LINES, {"size": head.size})
    return head.note + "".join(line for witness, line in found if _is_by(witness, line))


def newest(connection: Connection, known: VerifiedHead, place: int = -1) -> Head | None:
    """The newest head that holds the entry at `place` and that a witness has signed; None where there is none.

    Raises `RecordDamaged` where it is none that the log signed.
    """
    row = connection.execute(_NEWEST, {"place": place}).one_or_none()
    return None if row is None else _verified(row.size, row.note, known)


def page(connection: Connection, known: VerifiedHead, below: int, limit: int) -> Iterator[Head]:
    """The next smaller heads with what witnesses signed of them, the newest first. Raises `RecordDamaged`."""
    for row in connection.execute(_PAGE, {"below": below, "limit": limit}).all():
        head = _verified(row.size, row.note, known)
        yield head._replace(note=note_of(connection, head))


def _verified(size: int, note: object, known: VerifiedHead) -> Head:
    what = f"the signed checkpoint of {size} entries"
    try:
        told, _ = open_checkpoint(str(note), [signing(known.keys, size)])
    except ProofInvalid as error:
        raise RecordDamaged(what, str(error)) from None
    if told.size != size or told.size > known.head.size:
        raise RecordDamaged(what, f"it is one of {told.size} entries")
    return Head(told.size, told.root, str(note))


def checked(connection: Connection, witnesses: Sequence[Verifier]) -> Iterator[Cosigned | Damage]:
    """What these witnesses signed, as far as it holds, and what does not; whether that of others does nobody can tell here."""
    known = {one.name: one for one in witnesses}
    for size, witness, line, note in connection.execute(_ALL):
        if witness in known and _is_by(witness, line):
            try:
                time = check_cosignature(read_note(str(note)).text, line, known[witness])
            except ProofInvalid as error:
                yield Damage(f"what {witness} has signed of {size} entries", str(error))
            else:
                yield Cosigned(witness, size, time)


def foreign(connection: Connection) -> Iterator[Damage]:
    """Rows that are no signature of a witness on a checkpoint that is there."""
    for size, witness, line, note in connection.execute(_EVERY):
        if note is None or not _is_by(witness, line):
            why = "the checkpoint that it has signed is missing" if note is None else "it is no line of its signature"
            yield Damage(f"what {witness} has signed of {size} entries", why)


def _is_by(witness: object, line: object) -> bool:
    """Is it the line of one signature, by `witness`? Whether that holds is another question."""
    try:
        return isinstance(line, str) and [(one.name, one.line) for one in read_signatures(line)] == [(witness, line)]
    except ProofInvalid:
        return False
