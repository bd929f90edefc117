"""library: what `hilt serve` hands out, looked at by people and from the command line of whoever runs it."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hilt.core.library import Found, Repository, Sought, UpstreamTold
from hilt.gate.keeping.finding.searching import Searches
from hilt.gate.settings import Settings
from hilt.sources.hub_place import parse_reference

if TYPE_CHECKING:
    from hilt.gate.keeping.library import Library

FOLDER = "a folder of the server"
"""Where an upstream is that is no hub; people see no paths of the server."""


def search(
    sought: Sought, *, use: str = "", after: int | None = None, limit: int = 50, settings: Settings | None = None
) -> Found:
    """What the library has of what is `sought`, and how it stands for `use`, where one is named; without the first `after`.

    Raises `RecordError`, `SourceError`.
    """
    return Searches(settings or Settings()).find(sought, use=use, after=after, limit=limit)


def judged_last(reference: str, settings: Settings) -> str:
    """The digest of what this repository, `hf:org/name`, had when it was judged last; empty where it never was.

    Raises `ReferenceInvalid`, `RecordError`, `SourceError`.
    """
    place = parse_reference(reference)
    return Searches(settings).newest(Repository(place.kind, place.repository))


def upstreams(settings: Settings, library: Library | None = None) -> tuple[UpstreamTold, ...]:
    """Where models come from, in the order in which they are asked; of a `library` that is open, also what limits it."""
    from hilt.gate.keeping.origins.upstreams import USUAL
    from hilt.sources.network import Network

    told = []
    for one in settings.library.upstreams or (USUAL,):
        address = one.url or ("" if one.folder else Network.from_environment(os.environ).endpoint)
        found = library.upstreams.named(one.name) if library is not None else None
        until = found.limited_until if found is not None else 0.0
        limited = datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds") if until > time.time() else ""
        told.append(UpstreamTold(one.name, urlsplit(address).netloc.rpartition("@")[2] or FOLDER, one.names, limited))
    return tuple(told)
