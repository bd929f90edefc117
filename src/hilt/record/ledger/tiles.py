"""Tiles: how the hashes of the tree are stored, and how the log is laid out as files that any mirror can serve.

Specification: C2SP tlog-tiles. A tile holds the hashes of up to 256 complete subtrees of 256**level leaves each, side by side.

In the database a tile of level 0 is stored once it is full (until then its hashes are the leaves of entries), while those above
grow by one hash whenever a tile below them is full: else the last 65,536 entries had to be hashed anew for every proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from hilt.record.ledger.merkle import Read

HEIGHT, WIDTH = 8, 256
HASH = 32
FULL = WIDTH * HASH
"""Bytes of a full tile."""

Fetch = Callable[[Sequence[tuple[int, int]]], Sequence[bytes]]
"""The hashes of tiles, each named by (level, number), as far as they are filled."""


class Tile(NamedTuple):
    """A tile, or with level -1 a bundle of entries, with as many hashes or entries as it has in a tree of some size."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        rest, last = divmod(self.number, 1000)
        number = f"{last:03}"
        while rest:
            rest, group = divmod(rest, 1000)
            number = f"x{group:03}/{number}"
        level = "entries" if self.level < 0 else self.level
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")


def tiles(size: int, old: int = 0) -> Iterator[Tile]:
    """The tiles of a tree of `size` leaves, without those that a tree of `old` leaves had already; full ones first, by level."""
    level = 0
    while size >> HEIGHT * level:
        here, before = size >> HEIGHT * level, old >> HEIGHT * level
        yield from (Tile(level, number) for number in range(before >> HEIGHT, here >> HEIGHT))
        if here % WIDTH and here != before:
            yield Tile(level, here >> HEIGHT, here % WIDTH)
        level += 1


def bundles(size: int, old: int = 0) -> Iterator[Tile]:
    """The bundles of entries of a tree of `size` leaves, without those of a tree of `old` leaves."""
    return (tile._replace(level=-1) for tile in tiles(size, old) if tile.level == 0)


def reader(fetch: Fetch) -> Read:
    """Reads hashes of subtrees from tiles: each tile is fetched once, all of them in one go."""

    def read(subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
        places = [_place(level, index) for level, index in subtrees]
        names = list(dict.fromkeys((tile_level, number) for tile_level, number, _, _ in places))
        found = {name: _within(hashes) for name, hashes in zip(names, fetch(names), strict=True)}
        return [found[level, number][above][at] for level, number, above, at in places]

    return read


def _place(level: int, index: int) -> tuple[int, int, int, int]:
    """Where the hash of a subtree is: level and number of the tile, levels above its bottom, and which one there."""
    tile_level, above = divmod(level, HEIGHT)
    bits = HEIGHT - above
    return tile_level, index >> bits, above, index & (1 << bits) - 1


@lru_cache(maxsize=512)
def _within(hashes: bytes) -> list[list[bytes]]:
    """All hashes of a tile, from its bottom to below its root: remembered, since the upper tiles serve every proof."""
    row = [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
    rows = [row]
    while len(row) > 1:
        row = [sha256(b"\1" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
        rows.append(row)
    return rows


def tile_root(hashes: bytes) -> bytes:
    """The hash of a full tile, which stands in a tile of the level above."""
    if len(hashes) != FULL:
        raise ValueError(f"a full tile has {FULL} bytes, not {len(hashes)}")
    return _within(hashes)[HEIGHT][0]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as they are served: the length of each in 16 bits, then its bytes; a leaf is far shorter."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
