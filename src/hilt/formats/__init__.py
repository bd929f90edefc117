"""How bytes are read: one bounded reader per file format, bytes in, frozen dataclass out. Readers never judge."""

from __future__ import annotations

from hilt.formats.reader import Reader

READERS: tuple[Reader, ...] = (Reader(id="safetensors", title="safetensors", names=("*.safetensors",)),)
