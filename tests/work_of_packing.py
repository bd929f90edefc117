"""What whoever packs a file does, and what is right of it at any moment; see `killed_at_work.Work`."""

from __future__ import annotations

from pathlib import Path

from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.store import Blobs
from kept_files import sha256_of, stored
from weights_to_pack import moved, numbers, safetensors

WEIGHTS = {"w": numbers("BF16", 30, 40)}
BASE, TUNED = safetensors(WEIGHTS), safetensors({"w": moved(WEIGHTS["w"])})
NAME = sha256_of(TUNED)


def begin(folder: Path) -> None:
    """With both files as they are."""
    for data in (BASE, TUNED):
        stored(Blobs(folder), data)


def work(folder: Path) -> None:
    blobs = Blobs(folder)
    deltas = Deltas(blobs)
    if deltas.find(NAME) is None:
        deltas.make(deltas.plan(NAME, [sha256_of(BASE)]))
    blobs.remove(NAME)


def look(folder: Path) -> None:
    blobs = Blobs(folder)
    deltas = Deltas(blobs)
    plain = blobs.has(NAME, len(TUNED)) and blobs.path(NAME).read_bytes()
    assert plain in (False, TUNED)
    assert plain or deltas.find(NAME)
    work(folder)
    assert b"".join(deltas.read(NAME)) == TUNED
    assert not blobs.has(NAME, len(TUNED))
    assert deltas.path(NAME).stat().st_mode & 0o777 == 0o444
    assert list((folder / "partial").iterdir()) == []
