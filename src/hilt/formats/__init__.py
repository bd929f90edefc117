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
    # Formats that live in a zip have its magic and a probe, and stand before it.
    Reader(
        id="zip",
        title="zip archive",
        names=("*.zip", "*.whl", "*.mar", "*.egg", "*.jar"),
        magic=((0, b"PK\x03\x04"), (0, b"PK\x05\x06")),
    ),
    # Last, so that whatever stands in front of the archive is read as what it is.
    Reader(id="zip-behind", title="zip archive behind other bytes"),
)
