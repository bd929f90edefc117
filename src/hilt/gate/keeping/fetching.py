"""Files of upstreams on their way into the library: each is fetched once, however many wait for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from hilt.sources.remote import Probe

if TYPE_CHECKING:
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.store import Blobs
    from hilt.sources.http import Streamed
    from hilt.sources.remote_file import Stated

AT_ONCE = 32
"""Files that come at the same time; further ones wait for their turn."""


class Streams(Protocol):
    """Where bytes come from: a `Client`, or what an upstream has in its place."""

    def stream(self, address: str, *, most: int, start: int = 0) -> AbstractContextManager[Streamed]: ...


class Fetches:
    """Fetches files into `blobs`, from any thread, until it is closed."""

    def __init__(self, blobs: Blobs, *, at_once: int = AT_ONCE) -> None:
        self._blobs, self._at_once = blobs, at_once

    def begin(
        self, client: Streams, stated: Stated, probes: Sequence[Probe] = (), *, hold_all: bool = False
    ) -> Incoming:
        """The file as it comes. It fails where the bytes that came for `probes`, when it was read, are others in the end.

        With `hold_all`, nothing of it goes out before it is whole and right. Raises `SourceError` after `close`.
        """
        raise NotImplementedError

    def under_way(self) -> Iterator[Incoming]:
        """What comes just now."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what is under way; what came of it is kept, and resumed another time."""
        raise NotImplementedError
