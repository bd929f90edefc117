"""Entries as they may be believed: signed, and in the tree whose root the log has signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, column, text

from hilt.core.errors import FormatError, ProofInvalid, RecordDamaged, RecordError
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.heads import Head
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import RightEdge, check_inclusion, inclusion, leaf_hash
from hilt.record.ledger.receipts import Receipt
from hilt.record.ledger.stored_tree import reading

_ENTRIES = (
    text("SELECT place, envelope FROM entries WHERE place IN :places")
    .bindparams(bindparam("places", expanding=True))
    .columns(column("place"), column("envelope"))
)
_ENTRY = text("SELECT place, envelope FROM entries WHERE place = :place").columns(column("place"), column("envelope"))
_AT_ONCE = 500


def proven(
    connection: Connection, head: Head, places: Sequence[int], edge: RightEdge, *, size: int = 0
) -> Iterator[Receipt]:
    """The proof of each of these entries, checked; `size` is how many the log has, where `head` is an older one.

    Raises `RecordDamaged` where there is none.
    """
    read = edge.remembered(head.size, head.root, reading(connection, size or head.size))
    for begin in range(0, len(places), _AT_ONCE):
        some = places[begin : begin + _AT_ONCE]
        if outside := [place for place in some if not 0 <= place < head.size]:
            raise RecordError(f"there is no entry {outside[0]}: the log has {head.size}, and the first is entry 0")
        rows = (
            connection.execute(_ENTRIES, {"places": some})
            if len(some) > 1
            else connection.execute(_ENTRY, {"place": some[0]})
        )
        found: dict[int, object] = {one.place: one.envelope for one in rows}
        for place in some:
            envelope = _envelope(place, found.get(place))
            path = inclusion(place, head.size, read)
            try:
                check_inclusion(leaf_hash(leaf(envelope)), place, head.size, path, head.root)
            except ProofInvalid as error:
                raise RecordDamaged(f"entry {place}", f"it is not the one that the log has signed ({error})") from None
            yield Receipt(envelope, place, head.size, path, head.note)


def _envelope(place: int, text: object) -> Envelope:
    if text is None:
        raise RecordDamaged(f"entry {place}", "it is missing")
    try:
        envelope = Envelope.read(str(text))
    except FormatError as error:
        raise RecordDamaged(f"entry {place}", str(error)) from None
    if not envelope.holds():
        raise RecordDamaged(f"entry {place}", f"the signature does not hold for the key {envelope.key.text}")
    return envelope
