"""The hashes of the tree in the database: read where a proof needs them, and written as the tree grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from sqlalchemy import Connection, TextualSelect, bindparam, column, insert, text, update

from hilt.core.errors import RecordDamaged
from hilt.record.ledger.merkle import Read
from hilt.record.ledger.tiles import HASH, HEIGHT, WIDTH, reader, tile_root
from hilt.record.schema import tiles

_WORDS = ("level", "number")
_AT_ONCE, _MOST_KNOWN = 32, 256
_LEAVES = text("SELECT leaf FROM entries WHERE place >= :low AND place < :high ORDER BY place").columns(column("leaf"))
_ADD = insert(tiles)
_GROW = update(tiles).where(tiles.c.level == bindparam("at"), tiles.c.number == bindparam("which"))


def reading(connection: Connection, size: int) -> Read:
    """Reads the hashes of subtrees of the tree of `size` leaves, all that the log has. Raises `RecordDamaged`."""
    known: dict[tuple[int, int], bytes] = {}

    def fetch(names: Sequence[tuple[int, int]]) -> list[bytes]:
        if len(known) > _MOST_KNOWN:
            known.clear()
        for begin in range(0, len(missing := [one for one in names if one not in known]), _AT_ONCE):
            known.update(_tiles(connection, missing[begin : begin + _AT_ONCE], size))
        return [known[one] for one in names]

    return reader(fetch)


def grow(connection: Connection, size: int, leaves: Sequence[bytes]) -> None:
    """Writes the tiles that change as `leaves` are appended to a tree of `size`; their entries are in the database."""
    if (size + len(leaves)) >> HEIGHT == size >> HEIGHT:
        return
    begun = size % WIDTH
    row = [*(_leaves(connection, size - begun, size) if begun else ()), *leaves]
    level, before = 0, size
    full = len(row) // WIDTH
    hashes = [b"".join(row[at * WIDTH : (at + 1) * WIDTH]) for at in range(full)]
    connection.execute(_ADD, [_row(0, (size >> HEIGHT) + at, one) for at, one in enumerate(hashes)])
    while hashes:
        level, before = level + 1, before >> HEIGHT
        hashes = _above(connection, level, before, [tile_root(one) for one in hashes])


def _above(connection: Connection, level: int, before: int, roots: Sequence[bytes]) -> list[bytes]:
    """Appends hashes to a level that had `before` of them. Returns the tiles that are full now."""
    number, begun = divmod(before, WIDTH)
    old = _tiles(connection, [(level, number)], before << HEIGHT * level)[level, number] if begun else b""
    row = old + b"".join(roots)
    tile = WIDTH * HASH
    parts = [row[at : at + tile] for at in range(0, len(row), tile)]
    if begun:
        connection.execute(_GROW, {"at": level, "which": number, "hashes": parts[0]})
    if new := [_row(level, number + at, one) for at, one in enumerate(parts) if at or not begun]:
        connection.execute(_ADD, new)
    return [one for one in parts if len(one) == tile]


def _row(level: int, number: int, hashes: bytes) -> dict[str, object]:
    return {"level": level, "number": number, "hashes": hashes}


def _tiles(connection: Connection, names: Sequence[tuple[int, int]], size: int) -> dict[tuple[int, int], bytes]:
    """The hashes that tiles have in a tree of `size` leaves. At the bottom those of the last tile stand with the entries."""
    widths = {(level, number): max(0, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH)) for level, number in names}
    last = (0, size >> HEIGHT)
    asked = {f"{word}{at}": value for at, name in enumerate(names) for word, value in zip(_WORDS, name, strict=True)}
    found = {(row.level, row.number): row.hashes for row in connection.execute(_query(len(names)), asked)}
    if last in widths:
        found[last] = b"".join(_leaves(connection, last[1] << HEIGHT, size))
    for name, width in widths.items():
        hashes = found.get(name)
        if not isinstance(hashes, bytes) or len(hashes) != HASH * width:
            is_now = f"{len(hashes)} bytes" if isinstance(hashes, bytes) else "missing"
            raise RecordDamaged(
                f"tile {name[0]}/{name[1]}", f"{HASH * width} bytes are needed here, and it is {is_now}"
            )
    return found


@lru_cache(maxsize=_AT_ONCE)
def _query(count: int) -> TextualSelect:
    """Asks for so many tiles: a question costs more than a tile."""
    each = " OR ".join(f"(level = :level{at} AND number = :number{at})" for at in range(count))
    return text(f"SELECT level, number, hashes FROM tiles WHERE {each}").columns(*map(column, (*_WORDS, "hashes")))  # noqa: S608


def _leaves(connection: Connection, low: int, high: int) -> Iterator[bytes]:
    """The hashes of leaves as the entries have them, as far as they are bytes."""
    found: Iterable[object] = connection.execute(_LEAVES, {"low": low, "high": high}).scalars()
    return (one for one in found if isinstance(one, bytes))
