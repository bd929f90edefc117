"""Blocks of remote files that were fetched, in bounded memory: those that nobody asked for the longest go first."""

from __future__ import annotations

import threading
from collections import OrderedDict

BLOCK = 1 << 10
"""Bytes that are fetched and held at least, at places that are multiples of it."""

HELD = 64 << 20
"""Bytes that are held for all files of a subject together."""


class Blocks:
    """Blocks by path and number; used from several threads."""

    def __init__(self, held: int = HELD) -> None:
        self._most = max(1, held // BLOCK)
        self._blocks: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: str, number: int) -> bytes | None:
        with self._lock:
            block = self._blocks.get((path, number))
            if block is not None:
                self._blocks.move_to_end((path, number))
            return block

    def has(self, path: str, number: int) -> bool:
        return (path, number) in self._blocks

    def put(self, path: str, number: int, block: bytes) -> None:
        with self._lock:
            self._blocks[path, number] = block
            self._blocks.move_to_end((path, number))
            if len(self._blocks) > self._most:
                self._blocks.popitem(last=False)
