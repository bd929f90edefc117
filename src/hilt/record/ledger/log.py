"""The log: entries that are only ever added, each at its place in a tree whose root is signed.

Specification: RFC 6962 for the tree, C2SP tlog-checkpoint for what is signed of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hilt.core.errors import KeyUnusable, RecordBehind, RecordError
from hilt.core.log import Cosigned, Exported
from hilt.core.progress import Progress, Silent
from hilt.record.database import Database
from hilt.record.ledger import cosignatures, heads
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.export import export
from hilt.record.ledger.heads import WAY_OUT, Head
from hilt.record.ledger.kept import Kept
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.merkle import RightEdge, consistency, root
from hilt.record.ledger.notes import Signature, Verifier, read_note
from hilt.record.ledger.proven_entries import proven
from hilt.record.ledger.receipts import Receipt
from hilt.record.ledger.stored_tree import reading
from hilt.record.ledger.verify import verify
from hilt.record.ledger.watch import Watch
from hilt.record.ledger.witness_protocol import CosignRequest
from hilt.record.ledger.writer import Alongside, EntryRow, Writer, nothing


class Log:
    """The log in `database`, used by many threads. Without the `key` it can only be read.

    `kept` is a file outside the database for the last checkpoint: where the database is behind it, nothing is read from it
    and nothing added. Every method raises `RecordDamaged`, `RecordBehind` or `RecordUnreachable`, unless it says otherwise.
    """

    def __init__(self, database: Database, *, key: SigningKey | None = None, kept: Path | None = None) -> None:
        self._database, self._kept = database, Kept(kept) if kept is not None else None
        self._watch = Watch(database, self._kept)
        self._edge = RightEdge()
        self._writer = Writer(self._watch, key) if key is not None else None

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.verifiers()[0].name

    def head(self) -> Head:
        """The newest head, verified. Of a log without entries it has no note."""
        with self._watch.looking() as (_, known):
            return known.head

    def goes_on_from(self, before: Head) -> bool:
        """Is all still there that was there under this head? Else the database was put back from a copy, and has gone on in another way."""
        with self._watch.looking() as (connection, known):
            size = known.head.size
            return before.size <= size and root(before.size, reading(connection, size)) == before.root

    def verifiers(self) -> tuple[Verifier, ...]:
        """The keys that the log ever signed with, in order."""
        with self._watch.looking() as (_, known):
            if not known.keys:
                raise RecordError(
                    f"{self._database.name}: the log is empty, and has no name yet; `hilt init` begins it"
                )
            return tuple(key.verifier for key in known.keys)

    def append(self, envelopes: Sequence[Envelope], rows: Sequence[EntryRow], alongside: Alongside = nothing) -> range:
        """Adds entries, all or none of them, and returns their places once they are on the disk.

        `alongside` is called again where the transaction had to be begun anew. The first entry of a log brings its key.
        """
        if self._writer is None:
            raise KeyUnusable("the record was opened to be read: to add to it takes the key of the log")
        return self._writer.append(envelopes, rows, alongside)

    def countersign(self, key: SigningKey) -> None:
        """Signs the newest checkpoint with the key that the log has now, as well as with the one that brought it."""
        before, kept = self._watch.before()
        with self._database.writing() as connection:
            heads.countersign(connection, self._watch.newest(connection, before, kept), key)

    def envelopes(self, places: Sequence[int]) -> list[Envelope]:
        """The entries at these places, each signed and in the tree whose root is signed."""
        with self._watch.looking() as (connection, known):
            return [one.envelope for one in proven(connection, known.head, places, self._edge)]

    def prove(self, place: int) -> Receipt:
        """The proof that the entry is in the log: in the newest checkpoint that a witness has signed, if one has it."""
        return self.prove_each([place])[0]

    def prove_each(self, places: Sequence[int]) -> list[Receipt]:
        """The proofs of several entries, all of them in one checkpoint."""
        with self._watch.looking() as (connection, known):
            last = min(max(places), known.head.size)  # no database takes a larger number
            head = known.head
            if signed := cosignatures.newest(connection, known, last):
                head = signed._replace(note=cosignatures.note_of(connection, signed))
            return list(proven(connection, head, places, self._edge, size=known.head.size))

    def request(self, old: int) -> CosignRequest:
        """What to ask of a witness that has signed the checkpoint of `old` entries last."""
        with self._watch.looking() as (connection, known):
            if old > known.head.size:
                raise RecordBehind(
                    f"the log ends after {known.head.size} entries, and a witness has signed {old}; {WAY_OUT}"
                )
            path = consistency(old, known.head.size, reading(connection, known.head.size))
            return CosignRequest(old, path, known.head.note)

    def cosigned(self, note: str, signatures: Sequence[Signature]) -> None:
        """Keeps what a witness has signed of the checkpoint in `note`."""
        told = Checkpoint.read(read_note(note).text)
        with self._database.writing() as connection:
            cosignatures.keep(connection, Head(told.size, told.root, note), signatures)

    def last_cosigned(self, witness: str) -> int:
        """The size of the checkpoint that the witness has signed last; 0 where it never did."""
        with self._database.reading() as connection:
            return cosignatures.last_size(connection, witness)

    def witnessed(self, witnesses: Sequence[Verifier]) -> list[Cosigned | Damage]:
        """What these witnesses have signed, and what of it does not hold."""
        with self._database.reading() as connection:
            return list(cosignatures.checked(connection, witnesses))

    def checkpoint(self) -> str:
        """The note of the newest head, with what witnesses have signed of it."""
        with self._watch.looking() as (connection, known):
            return cosignatures.note_of(connection, known.head)

    def checkpoints(self, *, after: int | None = None, limit: int = 50) -> list[Head]:
        """Those that are kept, verified, each with what witnesses have signed of it; newest first, smaller than `after`."""
        with self._watch.looking() as (connection, known):
            return list(cosignatures.page(connection, known, known.head.size + 1 if after is None else after, limit))

    def export(self, folder: Path) -> Exported:
        """Brings the folder up to the newest head. Raises `UsageError` where it cannot be written, or is of another log."""
        with self._watch.looking() as (connection, known):
            return export(connection, known, cosignatures.note_of(connection, known.head), folder)

    def verify(
        self, *, checkpoint: str = "", progress: Progress | None = None, signatures: bool = True
    ) -> Iterator[Damage]:
        """Whatever is not as it was signed, all of it: damage is no error here. `checkpoint` is a note that was kept elsewhere."""
        notes = {"the checkpoint that was given": checkpoint}
        if self._kept is not None:
            notes[f"the checkpoint kept in {self._kept.path}"] = self._kept.read()
        with self._database.reading() as connection:
            yield from verify(connection, notes, progress or Silent(), signatures=signatures)
