"""Builds a `.DS_Store` of three blocks: its root, the head of the tree of records, and the records."""

from __future__ import annotations

import struct

PLACES = (0x100B, 0x45, 0x80B)


def ds_store(
    *, root: int = 0x1000, again: int = 0x1000, places: tuple[int, ...] = PLACES, name: bytes = b"DSDB", number: int = 1
) -> bytes:
    blocks = struct.pack(f">II{len(places)}I", len(places), 0, *places) + bytes(4 * (256 - len(places)))
    directory = struct.pack(">IB", 1, len(name)) + name + struct.pack(">I", number)
    free = struct.pack(">6I", 1, 0x20, 1, 0x60, 0, 0) + bytes(4 * 28)
    head = b"\0\0\0\1Bud1" + struct.pack(">III", root, 0x800, again) + bytes(16 + 0x20)
    tree = struct.pack(">5I", 2, 0, 0, 1, 0x1000)
    return (head + tree).ljust(4 + 0x1000, b"\0") + (blocks + directory + free).ljust(0x800, b"\0")
