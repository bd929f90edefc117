"""How far a check has come, for whoever waits for it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told while a subject is read; may be called from several threads."""

    def start(self, *, files: int, size: int) -> None:
        """There are `files` files of `size` bytes in all."""

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        """So many more files were read, and bytes hashed."""


class Silent:
    """A `Progress` that nobody watches."""

    def start(self, *, files: int, size: int) -> None: ...

    def advance(self, *, files: int = 0, size: int = 0) -> None: ...
