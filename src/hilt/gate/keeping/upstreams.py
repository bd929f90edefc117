"""Where the library has repositories from: which upstream a name belongs to, and what it says of one."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from hilt.core.library import Repository
from hilt.core.limits import Limits
from hilt.gate.keeping.fetching import Streams
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hilt.record.blobs.store import Blobs
    from hilt.sources.file import Locator
    from hilt.sources.hub import Tree
    from hilt.sources.listing import Listing


class Upstream(Protocol):
    """A hub, or a folder; asked from any thread."""

    @property
    def name(self) -> str: ...

    @property
    def client(self) -> Streams:
        """What `Fetches.begin` has the bytes from; it lasts as long as the upstreams."""
        ...

    @property
    def limited_until(self) -> float:
        """The time (seconds since 1970) until which the upstream wants to be left alone; 0 where it does not."""
        ...

    def resolve(self, repository: Repository, revision: str) -> str:
        """The commit that the revision names. Raises `NotHeld` where the upstream has none, else `SourceError`."""
        ...

    def refs(self, repository: Repository) -> dict[str, Any]:
        """Branches and tags, as the API of a hub tells them. Raises as `resolve` does."""
        ...

    def tree(self, repository: Repository, commit: str, limits: Limits) -> Tree:
        """All files at a commit that was resolved. Raises as `resolve` does."""
        ...

    def listing(self, repository: Repository, tree: Tree, limits: Limits, here: Mapping[str, Locator]) -> Listing:
        """The files of the tree, to be read by a check; whoever has it closes it. `here` are those that lie in the library."""
        ...


class Upstreams:
    """All upstreams of the settings, in their order, while its block lasts. What folders hold is copied into `blobs`."""

    def __init__(self, settings: Settings, blobs: Blobs | None = None) -> None:
        self._settings, self._blobs = settings, blobs

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def of(self, repository: Repository) -> tuple[Upstream, ...]:
        """Those that may be asked for it, in this order; none for what is uploaded here."""
        raise NotImplementedError

    def named(self, name: str) -> Upstream | None:
        """The one that a kept revision came from; None where the settings have it no more."""
        raise NotImplementedError

    def each(self) -> tuple[Upstream, ...]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
