"""How bytes are read: one bounded reader per file format, bytes in, frozen dataclass out. Readers never judge."""

from __future__ import annotations

from hilt.formats.reader import Reader

READERS: tuple[Reader, ...] = (
    Reader(id="safetensors", title="safetensors", names=("*.safetensors",)),
    Reader(
        id="pickle",
        title="Python pickle",
        names=("*.pkl", "*.pickle", "*.pk", "*.p", "*.dat", "*.pt", "*.pth", "*.bin", "*.model", "*.pdiparams.info"),
    ),
)
