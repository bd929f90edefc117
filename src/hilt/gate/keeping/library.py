"""The library of a server: repositories of upstreams and uploaded ones, read before anything of them is handed out.

    known, listed      what is here already
    begin              has a revision listed, what can run code of it fetched, all of it checked, the verdict recorded
    offer              may whoever asks have it, for their use? The standing tells, and nothing else
    open               the bytes of a file of what was offered
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.gate.keeping.reader import Reader
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.blobs.incoming import Incoming


class Offer(NamedTuple):
    """A revision that whoever asked may have for `use`. `warning` are the conditions, on one line; empty where there are none."""

    kept: KeptRevision
    use: str
    warning: str = ""


class Library:
    """Used by many threads, while its block lasts."""

    def __init__(self, settings: Settings, origin: str) -> None:
        self._settings, self._origin = settings, origin

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def begin(self, repository: Repository, revision: str) -> Future[KeptRevision]:
        """Has the revision read, which may take minutes; however many ask, it is read once.

        The future raises `NotHeld` where there is none, `SourceError` where the upstream is no help.
        """
        raise NotImplementedError

    def known(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The revision, where it was read already; at once, and without asking anybody."""
        raise NotImplementedError

    def listed(self, repository: Repository, revision: str) -> KeptRevision | None:
        """The same where it is listed, whether or not it was read; of some files the digests may be missing."""
        raise NotImplementedError

    def offer(self, kept: KeptRevision, reader: Reader) -> Offer:
        """What may be had of it for the use of the `reader`. Raises `NotServed`, `NotAllowed`."""
        raise NotImplementedError

    def open(self, offer: Offer, file: KeptFile, reader: Reader) -> Path | Incoming:
        """The bytes of a file that was offered: where they lie, or as they come. It leaves a holding."""
        raise NotImplementedError

    def refs(self, repository: Repository) -> dict[str, Any]:
        """Branches and tags, as the hub's API tells them. Raises `NotHeld`, `SourceError`."""
        raise NotImplementedError

    def page_of(self, repository: Repository) -> str:
        """The path of the page that tells of the repository."""
        raise NotImplementedError
