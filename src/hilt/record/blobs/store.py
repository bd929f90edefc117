"""The bytes of files, each once, in a folder, under their SHA-256."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

from hilt.record.blobs.incoming import Incoming


class Blob(NamedTuple):
    """`size` in bytes; `used` is when it was used last, in seconds since 1970."""

    sha256: str
    size: int
    used: float


class Blobs:
    """The blobs of the library in `folder`, which is made where it is missing. Raises `UsageError`, `SourceError`."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def path(self, sha256: str) -> Path:
        raise NotImplementedError

    def has(self, sha256: str, size: int) -> bool:
        raise NotImplementedError

    def incoming(self, size: int, *, sha256: str = "", blob: str = "", hold_all: bool = False) -> Incoming:
        """A file of `size` bytes that is to be written. Where it is here already, it is `done`.

        Raises `NotReady` while somebody else writes it, `SourceError` where there is no room for it.
        """
        raise NotImplementedError

    def use(self, sha256: str) -> None:
        raise NotImplementedError

    def each(self) -> Iterator[Blob]:
        raise NotImplementedError

    def remove(self, sha256: str) -> None:
        raise NotImplementedError

    def evict(self, most: int, keep: Container[str]) -> list[str]:
        raise NotImplementedError
