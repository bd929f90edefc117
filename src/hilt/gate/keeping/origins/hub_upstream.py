"""A hub from which the library has repositories, asked with one identity, and left alone while it wants to be."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hilt.core.errors import NotHeld, NotServed, ReferenceInvalid, SourceError
from hilt.core.library import Repository
from hilt.core.limits import Limits
from hilt.gate.keeping.coming.fetching import AT_ONCE
from hilt.gate.keeping.one_by_one import OneByOne

if TYPE_CHECKING:
    from hilt.sources.file import Locator
    from hilt.sources.http import Client
    from hilt.sources.hub import Resolved, Tree
    from hilt.sources.hub_place import HubPlace
    from hilt.sources.listing import Listing
    from hilt.sources.network import Network

SHORT = 5.0
"""Seconds that are waited without a word where the hub asks for them."""
_CLOSED = (403, 451)
"""What a hub answers that has something, and does not give it to us: gated, for reasons of law, or by the policy of another hilt."""
_REMEMBERED = 1_000
"""Commits of which it is remembered what the hub said of them: some KB each."""


class HubUpstream:
    """The hub of the network, as `name`."""

    def __init__(self, name: str, network: Network) -> None:
        from hilt.sources.http import Client

        self.name, self._network = name, network
        self.client = Client(network, at_once=AT_ONCE, asked_to_wait=self._asked_to_wait)
        self._limited_until = 0.0
        self._lock, self._turns, self._closed = threading.Lock(), OneByOne(), threading.Event()
        self._resolved: OrderedDict[tuple[Repository, str], Resolved] = OrderedDict()

    @property
    def limited_until(self) -> float:
        until = self._limited_until
        return until if until > time.time() else 0.0

    def resolve(self, repository: Repository, revision: str) -> str:
        from hilt.sources.hub import resolve

        place = place_of(repository, revision)
        with self._turns.about((repository, revision)), self._asked(repository, revision) as client:
            resolved = resolve(client, place)
        with self._lock:
            self._resolved[repository, resolved.commit] = resolved
            if len(self._resolved) > _REMEMBERED:
                self._resolved.popitem(last=False)
        return resolved.commit

    def refs(self, repository: Repository) -> dict[str, Any]:
        from hilt.sources.hub_refs import list_refs

        place = place_of(repository)
        with self._turns.about(repository), self._asked(repository) as client:
            return list_refs(client, place)

    def tree(self, repository: Repository, commit: str, limits: Limits) -> Tree:
        from hilt.sources.hub import list_tree

        with self._lock:
            resolved = self._resolved.get((repository, commit))
        with self._asked(repository, commit) as client:
            return list_tree(client, place_of(repository, commit), limits, resolved=resolved)

    def listing(self, repository: Repository, tree: Tree, limits: Limits, here: Mapping[str, Locator]) -> Listing:
        from hilt.sources.hub import listing_of

        self._assert_welcome()
        place = place_of(repository, tree.commit)
        return listing_of(self._client(), tree, place, repository.reference, limits, here)

    def close(self) -> None:
        self._closed.set()
        self.client.close()

    def _client(self) -> Client:
        """One for a single subject: what failed, and what was waited, is counted for each of them anew."""
        from hilt.sources.http import Client

        return Client(self._network, asked_to_wait=self._asked_to_wait)

    @contextmanager
    def _asked(self, repository: Repository, revision: str = "") -> Iterator[Client]:
        """A client for a few questions. That the hub has no such thing is told as `NotHeld`, that it does not give it to us as `NotServed`."""
        from hilt.sources.http import NoSuccess

        self._assert_welcome()
        client = self._client()
        try:
            yield client
        except NoSuccess as error:
            if error.status == 404 or (error.status, error.code) == (401, "RepoNotFound"):
                what = "revision" if error.code == "RevisionNotFound" else "repository"
                missing = f"revision {revision!a:.100} of {repository}" if what == "revision" else str(repository)
                raise NotHeld(f"{self.name} has no {missing}: {error}", what=what) from None
            if error.status in _CLOSED:
                raise NotServed(f"{self.name} does not hand out {repository}: {error}", link="/library") from None
            raise
        finally:
            client.close()

    def _assert_welcome(self) -> None:
        """Raises `SourceError` while the hub wants to be left alone for longer than a moment."""
        if self._closed.is_set():
            raise SourceError(f"{self.name}: the library is closed; ask again once it is open")
        pause = self.limited_until - time.time()
        if pause > SHORT:
            until = datetime.fromtimestamp(self.limited_until, UTC).strftime("%H:%M:%S")
            raise SourceError(
                f"{self.name} answers too many requests already, and wants none before {until} UTC, in {pause:.0f} s; ask again "
                "then, or give the library a token of the hub that may ask for more"
            )
        if pause > 0:
            self._closed.wait(pause)

    def _asked_to_wait(self, seconds: float) -> None:
        with self._lock:
            self._limited_until = max(self._limited_until, time.time() + seconds)


def place_of(repository: Repository, revision: str = "main") -> HubPlace:
    """Where on a hub it is. Raises `NotHeld` where no hub has anything of this name."""
    from hilt.sources.hub_place import HubPlace, parse_reference

    wanted = HubPlace(kind=repository.kind, repository=repository.name, revision=revision)
    try:
        found = parse_reference(f"{repository.reference}@{revision}")
    except ReferenceInvalid:
        found = None
    if found != wanted:
        told = f"{repository}@{revision}"
        raise NotHeld(f"{told!a:.200} is no name that a repository or a revision can have", what="repository")
    return wanted
