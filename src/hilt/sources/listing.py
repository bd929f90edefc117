"""What a source gives: the names of a subject, and how to open those that are regular files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.context import HubStated
from hilt.core.errors import SourceError
from hilt.core.limits import Limits
from hilt.core.report import Gap
from hilt.core.subject import Subject
from hilt.sources.file import Locator

if TYPE_CHECKING:
    from hilt.sources.file import FileSource
    from hilt.sources.remote import Remote
    from hilt.sources.remote_source import RemoteLocator, RemoteSource


class Listing(NamedTuple):
    """A subject before its bytes were read.

    `locators` leads from the path of each regular file to its bytes; `gaps` says what was not listed, and why. A subject
    that is not here yet has `remote`, which fetches the bytes of the paths in its locators; whoever has the listing
    closes it. `hub` is what a hub stated of the files, where one did. `beside` are the files that lie beside one that was
    named alone, where somebody looked for them.
    """

    subject: Subject
    locators: Mapping[str, Locator | RemoteLocator]
    gaps: tuple[Gap, ...] = ()
    remote: Remote | None = None
    hub: HubStated | None = None
    beside: Mapping[str, Locator] = MappingProxyType({})

    def open(self, path: str) -> FileSource | RemoteSource:
        """The bytes of one of the `locators`. Raises `SourceError`."""
        locator = self.locators[path]
        if isinstance(locator, Locator):
            return locator.open()
        from hilt.sources.remote_source import RemoteSource

        if self.remote is None:
            raise SourceError(f"{path}: lies elsewhere, and nobody fetches it")
        return RemoteSource(locator, self.remote.read)

    def close(self) -> None:
        """Ends the connections of a subject that lies elsewhere."""
        if self.remote is not None:
            self.remote.close()


class Source(NamedTuple):
    """A place that subjects come from: whether it knows a path, and how it lists it."""

    id: str
    fits: Callable[[Path], bool]
    list: Callable[[Path, str, Limits], Listing]
