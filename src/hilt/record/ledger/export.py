"""The log as a folder of files, which any mirror can serve and any verifier of C2SP can read: checkpoint, tiles and entries.

Specification: C2SP tlog-tiles. What is there already is not written again. The checkpoint comes last, so that a folder never
promises what it does not hold.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, text

from hilt.core.errors import FormatError, ProofInvalid, RecordDamaged, UsageError
from hilt.core.log import Exported
from hilt.record.ledger.checkpoints import open_checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.heads import VerifiedHead, grew
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import Read, leaf_hash, root
from hilt.record.ledger.notes import LARGEST
from hilt.record.ledger.stored_tree import reading
from hilt.record.ledger.tiles import HEIGHT, WIDTH, Tile, bundle, bundles, tile_root, tiles

_ENTRIES = text("SELECT envelope FROM entries WHERE place >= :low AND place < :high ORDER BY place")
CHECKPOINT = "checkpoint"


def export(connection: Connection, known: VerifiedHead, note: str, folder: Path) -> Exported:
    """Brings `folder` up to the head. Raises `UsageError` where it cannot be written, `RecordBehind`, `RecordDamaged`."""
    size = known.head.size
    read = reading(connection, size)
    if root(size, read) != known.head.root:
        raise RecordDamaged("the tree", "it does not lead to the root that is signed; `hilt log verify` says why")
    before = _before(connection, known, folder / CHECKPOINT)
    files = 0
    for tile in bundles(size, before):
        entries = _entries(connection, tile)
        if [leaf_hash(entry) for entry in entries] != _hashes(tile._replace(level=0), read):
            raise RecordDamaged(tile.path, "its entries are not those of the tree; `hilt log verify` says which")
        _write(folder / tile.path, bundle(entries))
        files += 1
    for tile in tiles(size, before):
        hashes = _hashes(tile, read)
        if tile.level and hashes != _below(tile, read):
            raise RecordDamaged(tile.path, "it does not follow from those below it; `hilt log verify` says why")
        _write(folder / tile.path, b"".join(hashes))
        files += 1
    _write(folder / CHECKPOINT, note.encode())
    return Exported(before, size, files)


def _before(connection: Connection, known: VerifiedHead, file: Path) -> int:
    """How many entries of this log the folder has already."""
    try:
        with file.open("rb") as stream:
            note = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    try:
        told, _ = open_checkpoint(note, [key.verifier for key in known.keys])
    except ProofInvalid as error:
        raise UsageError(f"{file} is not a checkpoint of this log ({error}); name another folder") from None
    grew(connection, known, told.size, told.root, f"the checkpoint in {file}")
    return told.size


def _entries(connection: Connection, tile: Tile) -> list[bytes]:
    low = tile.number * WIDTH
    try:
        found = connection.execute(_ENTRIES, {"low": low, "high": low + tile.width}).scalars()
        return [leaf(Envelope.read(str(one))) for one in found]
    except FormatError as error:
        raise RecordDamaged(
            tile.path, f"an entry of it cannot be read ({error}); `hilt log verify` says which"
        ) from None


def _hashes(tile: Tile, read: Read) -> list[bytes]:
    first = tile.number * WIDTH
    return list(read([(HEIGHT * tile.level, first + at) for at in range(tile.width)]))


def _below(tile: Tile, read: Read) -> list[bytes]:
    """The hashes of a tile, made from the full tiles below it."""
    first = tile.number * WIDTH
    return [tile_root(b"".join(_hashes(Tile(tile.level - 1, first + at), read))) for at in range(tile.width)]


def _write(file: Path, data: bytes) -> None:
    """Puts `data` there whole, or not at all."""
    neighbour = file.with_name(f".{file.name}.{token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        neighbour.write_bytes(data)
        neighbour.replace(file)
    except OSError as error:
        with suppress(OSError):
            neighbour.unlink()
        raise UsageError(f"{file}: {error.strerror}; the log cannot be written there") from None
