"""The files of one subject that is not here yet, read by ranges over HTTP, each byte at most once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.report import Transfer


class RemoteLocator(NamedTuple):
    """Where a file of a remote subject is found: its path inside the subject, and the size that was listed."""

    path: str
    size: int


class Remote:
    """Fetches from several threads at once; `close` ends the connections."""

    def read(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes of each (offset, n), fewer only at the end of the file.

        Raises `SourceError` where they cannot be had, `ChangedWhileRead` where they are not of what was listed.
        """
        raise NotImplementedError

    def digest(self, path: str) -> str:
        """The SHA-256 of a file of which every byte was fetched, compared with what was listed; else an empty text."""
        raise NotImplementedError

    @property
    def transferred(self) -> Transfer:
        """Everything fetched so far, the listing included."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends every connection; a read that is under way fails."""
        raise NotImplementedError
