"""Rows of the log in order, a page at a time. Whoever changed them may have put anything there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from os import cpu_count
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from hilt.core.errors import FormatError
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import leaf_hash
from hilt.record.ledger.tiles import HASH

_ENTRIES = text(
    "SELECT place, leaf, envelope FROM entries WHERE place > :after AND place < :size ORDER BY place LIMIT 1000"
)
_TILES = text(
    "SELECT level, number, hashes FROM tiles WHERE (level > :level OR (level = :level AND number > :number))"
    " AND level < 64 AND number >= 0 AND number <= :last ORDER BY level, number LIMIT 100"
)
_COUNT = text("SELECT count(*) FROM tiles")
_LAST = (1 << 63) - 1


class StoredEntry(NamedTuple):
    """What stands at a place: the hash that the envelope makes, None where it makes none, that of the row, and what is wrong."""

    place: Any
    made: bytes | None
    stored: bytes | None
    wrong: str = ""


def entries(connection: Connection, size: int, *, signatures: bool) -> Iterator[StoredEntry]:
    """The first `size` entries. Signatures are verified in threads: OpenSSL lets them run side by side."""
    pages = _pages(connection, size)
    if not signatures:
        for page in pages:
            yield from _examined(page, signatures=False)
        return
    ahead = 2 * (cpu_count() or 1)
    with ThreadPoolExecutor(max_workers=ahead) as pool:
        waiting: deque[Future[list[StoredEntry]]] = deque()
        for page in pages:
            waiting.append(pool.submit(_examined, page, signatures=True))
            if len(waiting) > ahead:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _pages(connection: Connection, size: int) -> Iterator[Sequence[Any]]:
    after: Any = -1
    while page := connection.execute(_ENTRIES, {"after": after, "size": size}).all():
        yield page
        after = page[-1].place


def _examined(page: Sequence[Any], *, signatures: bool) -> list[StoredEntry]:
    return [_entry(place, stored, written, signatures=signatures) for place, stored, written in page]


def _entry(place: Any, stored: Any, written: Any, *, signatures: bool) -> StoredEntry:
    wrong = ""
    if not isinstance(stored, bytes) or len(stored) != HASH:
        stored, wrong = None, "the hash in its row is none"
    try:
        envelope = Envelope.read(str(written))
    except FormatError as error:
        return StoredEntry(place, None, stored, str(error))
    if signatures and not envelope.holds():
        wrong = f"the signature does not hold for the key {envelope.key.text}"
    return StoredEntry(place, leaf_hash(leaf(envelope)), stored, wrong)


class Tiles:
    """The rows of tiles, asked for by level and number in ascending order."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = _tiles(connection)
        self._next = next(self._rows, None)
        self._foreign: list[Damage] = []
        self._seen = 0

    def at(self, level: int, number: int) -> bytes | None:
        """The hashes of a tile; None where it is missing or holds no bytes."""
        found = None
        while self._next is not None and self._next[:2] <= (level, number):
            if found is None and self._next[:2] == (level, number):
                found = self._next[2]
            else:
                self._foreign.append(_foreign(self._next))
            self._step()
        return found if isinstance(found, bytes) else None

    def end(self) -> list[Damage]:
        """The rows that nobody asked for."""
        while self._next is not None:
            self._foreign.append(_foreign(self._next))
            self._step()
        if more := (self._connection.execute(_COUNT).scalar() or 0) - self._seen:
            self._foreign.append(Damage("tiles", f"{more} rows have no level and number that a tile can have"))
        return self._foreign

    def _step(self) -> None:
        self._seen += 1
        self._next = next(self._rows, None)


def _foreign(row: tuple[Any, Any, Any]) -> Damage:
    return Damage(f"tile {row[0]}/{row[1]}", "a log of this size has no such tile, or it is there twice")


def _tiles(connection: Connection) -> Iterator[tuple[Any, Any, Any]]:
    """Those with numbers alone: SQLite lets a column hold anything, and sorts what is no number behind all numbers."""
    last = {"level": -1, "number": _LAST, "last": _LAST}
    while page := connection.execute(_TILES, last).all():
        yield from ((level, number, hashes) for level, number, hashes in page)
        last |= {"level": page[-1].level, "number": page[-1].number}
