"""Is the log what was signed: every entry, every hash of the tree and every checkpoint is made anew and compared.

The tree is made twice, from the entries and from the hashes that are stored. Where both lead to the root that was signed,
nothing is wrong; where one of them does, the other was changed, and the places at which they differ say where. Where neither
does, entries and hashes were changed together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, text

from hilt.core.errors import ProofInvalid
from hilt.core.progress import Progress
from hilt.record.ledger import cosignatures
from hilt.record.ledger.checkpoints import open_checkpoint
from hilt.record.ledger.damage import Claim, Damage, PlaceRuns, entries
from hilt.record.ledger.log_keys import LogKey, all_log_keys, signing
from hilt.record.ledger.rebuilt import Hashes, Rebuilt
from hilt.record.ledger.rows import StoredEntry, Tiles
from hilt.record.ledger.rows import entries as rows
from hilt.record.ledger.tiles import FULL, HASH, WIDTH, tile_root

_HEADS = text("SELECT size, root, note FROM heads ORDER BY size")
_COUNT = text("SELECT count(*) FROM entries")
_OUTSIDE = text("SELECT place FROM entries WHERE place < 0 OR place >= :size ORDER BY place")


def verify(
    connection: Connection, notes: Mapping[str, str], progress: Progress, *, signatures: bool
) -> Iterator[Damage]:
    """All damage that there is. `notes` are checkpoints that were kept elsewhere, by what to call them, or empty."""
    keys, damaged = all_log_keys(connection)
    yield from (Damage(error.what, str(error).removeprefix(f"{error.what}: ")) for error in damaged)
    claims: list[Claim] = []
    for found in [*_signed(connection, keys), *_given(notes, keys)]:
        if isinstance(found, Damage):
            yield found
        else:
            claims.append(found)
    count: int = connection.execute(_COUNT).scalar() or 0
    if not claims:
        yield Damage("the signed checkpoint", f"there is none that holds: nothing proves the {count} entries")
    size = max((claim.size for claim in claims), default=count)
    progress.start(files=count, size=0)
    rebuilt, tiles = Rebuilt([claim.size for claim in claims]), Tiles(connection)
    yield from _entries(rows(connection, size, signatures=signatures), size, tiles, rebuilt, progress)
    yield from _outside(connection, size)
    damage, above = rebuilt.judged(claims)
    yield from damage
    yield from _upper_tiles(above, tiles)
    yield from tiles.end()
    yield from cosignatures.foreign(connection)


def _signed(connection: Connection, keys: Sequence[LogKey]) -> Iterator[Claim | Damage]:
    """The checkpoints in the database, as far as they hold."""
    for size, root, note in connection.execute(_HEADS):
        what = f"the signed checkpoint of {size} entries"
        if not isinstance(size, int) or size < 1:
            yield Damage(what[:100], "no log has as many")
            continue
        try:
            told, _ = open_checkpoint(str(note), [signing(keys, size)] if keys else [])
        except ProofInvalid as error:
            yield Damage(what, str(error))
            continue
        if (told.size, told.root) != (size, root):
            yield Damage(what, f"what is signed in it is another root, or of {told.size} entries")
        yield Claim(what, told.size, told.root)


def _given(notes: Mapping[str, str], keys: Sequence[LogKey]) -> Iterator[Claim | Damage]:
    """The checkpoints that were kept elsewhere, as far as they are of this log."""
    for what, note in notes.items():
        if note:
            try:
                told, _ = open_checkpoint(note, [key.verifier for key in keys])
            except ProofInvalid as error:
                yield Damage(what, f"it is not one of this log ({error})")
            else:
                yield Claim(what, told.size, told.root)


def _entries(
    found: Iterator[StoredEntry], size: int, tiles: Tiles, rebuilt: Rebuilt, progress: Progress
) -> Iterator[Damage]:
    """What is wrong of entries by themselves, and of the bottom of the tree; both trees are made on the way."""
    missing = PlaceRuns()
    for begin, row, twice in _by_tile(found, size):
        yield from twice
        yield from (Damage(f"entry {one.place}", one.wrong) for one in row if one and one.wrong)
        for at, one in enumerate(row):
            if one is None:
                missing.add(begin + at)
        made = [one.made if one else None for one in row]
        stored = beside = [one.stored if one else None for one in row]
        if len(row) == WIDTH:
            hashes = tiles.at(0, begin // WIDTH)
            if hashes is None or len(hashes) != FULL:
                yield Damage(f"tile 0/{begin // WIDTH}", "it is missing, or not as long as a tile is")
            else:
                stored = [hashes[at : at + HASH] for at in range(0, FULL, HASH)]
                for at, (is_made, is_beside) in enumerate(zip(made, beside, strict=True)):
                    if is_beside is not None and is_made == stored[at] != is_beside:
                        yield Damage(f"entry {begin + at}", "the hash in its row is another one than it has")
        rebuilt.add(begin, made, stored)
        progress.advance(files=len(row))
    yield from (Damage(what, "missing") for what in missing.named())


def _by_tile(found: Iterator[StoredEntry], size: int) -> Iterator[tuple[int, list[StoredEntry | None], list[Damage]]]:
    """The entries of a tile each time, None for those that are missing."""
    entry = next(found, None)
    for begin in range(0, size, WIDTH):
        row: list[StoredEntry | None] = []
        twice: list[Damage] = []
        while len(row) < min(WIDTH, size - begin):
            place = begin + len(row)
            if entry is None or entry.place > place:
                row.append(None)
                continue
            if entry.place == place:
                row.append(entry)
            else:
                twice.append(Damage(f"entry {entry.place}", "there are two of them, or no such place"))
            entry = next(found, None)
        yield begin, row, twice


def _outside(connection: Connection, size: int) -> Iterator[Damage]:
    behind = PlaceRuns()
    for place in connection.execute(_OUTSIDE, {"size": size}).scalars():
        if isinstance(place, int) and place >= size:
            behind.add(place)
        else:
            yield Damage(f"entry {place}"[:100], "no log has such a place")
    why = "behind the last checkpoint that was signed, and so not proven"
    yield from (Damage(what, why) for what in behind.named())


def _upper_tiles(hashes: Hashes, tiles: Tiles) -> Iterator[Damage]:
    """The tiles above the bottom, as they follow from the hashes of full tiles there."""
    level = 0
    while hashes:
        level += 1
        above: list[bytes | None] = []
        for begin in range(0, len(hashes), WIDTH):
            row, what = hashes[begin : begin + WIDTH], f"tile {level}/{begin // WIDTH}"
            found = tiles.at(level, begin // WIDTH)
            if found is None or len(found) != HASH * len(row):
                yield Damage(what, "it is missing, or not as long as it has to be")
            else:
                for at, hashed in enumerate(row):
                    if hashed not in (None, found[HASH * at : HASH * (at + 1)]):
                        below = WIDTH**level
                        first = (begin + at) * below
                        yield Damage(what, f"its hash {at} is not that of {entries(first, first + below - 1)}")
            if len(row) == WIDTH:
                above.append(None if None in row else tile_root(b"".join(one for one in row if one is not None)))
        hashes = above
