"""What the library asks of an upstream, be it a hub or a folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from hilt.core.library import Repository
from hilt.core.limits import Limits
from hilt.gate.keeping.coming.fetching import Streams

if TYPE_CHECKING:
    from hilt.sources.file import Locator
    from hilt.sources.hub import Tree
    from hilt.sources.listing import Listing


class Upstream(Protocol):
    """Where repositories come from; asked from any thread."""

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
        """The commit that the revision names now. Raises `NotHeld` where the upstream has none, else `SourceError`."""
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

    def close(self) -> None:
        """Ends what is under way."""
        ...
