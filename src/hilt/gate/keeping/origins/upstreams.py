"""Where the library has repositories from: which upstream a name belongs to.

A name that somebody publishes outside must never come in the place of one's own. So a namespace of one's own is asked for nowhere; and
what the pattern of an upstream names comes from there or not at all.
"""

from __future__ import annotations

import os
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hilt.core.errors import SettingsInvalid
from hilt.core.library import Repository
from hilt.core.repository_patterns import EVERY, matches
from hilt.gate.configured.library_settings import LibrarySettings, UpstreamSettings
from hilt.gate.keeping.origins.folder_upstream import FolderUpstream
from hilt.gate.keeping.origins.hub_upstream import HubUpstream
from hilt.gate.keeping.origins.upstream import Upstream
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.blobs.store import Blobs
    from hilt.sources.network import Network

USUAL = UpstreamSettings(name="hub")
"""The hub that the environment names, for whoever lists no upstream."""


def is_own(repository: Repository, own: tuple[str, ...]) -> bool:
    """Is it in one of the namespaces of one's own? Capitals make no difference."""
    namespace, slash, _ = repository.name.partition("/")
    return bool(slash) and namespace.lower() in {one.lower() for one in own}


def asked_for(repository: Repository, library: LibrarySettings) -> tuple[UpstreamSettings, ...]:
    """Which upstreams may have it, in their order."""
    if is_own(repository, library.own):
        return ()
    upstreams = (USUAL,) if library.upstreams is None else library.upstreams
    owners = [one for one in upstreams if any(matches(name, repository) for name in one.names if name != EVERY)]
    return tuple(owners or (one for one in upstreams if EVERY in one.names))


class Upstreams:
    """All upstreams of the settings, in their order, while its block lasts. What folders hold is copied into `blobs`.

    Raises `SettingsInvalid` where the token of one cannot be had, `UsageError` where the environment is wrong.
    """

    def __init__(self, settings: Settings, blobs: Blobs | None = None) -> None:
        self._library = settings.library
        listed = (USUAL,) if settings.library.upstreams is None else settings.library.upstreams
        self._upstreams = {one.name: _upstream(one, settings, blobs) for one in listed}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def of(self, repository: Repository) -> tuple[Upstream, ...]:
        """Those that may be asked for it, in this order; none for what is uploaded here."""
        return tuple(self._upstreams[one.name] for one in asked_for(repository, self._library))

    def named(self, name: str) -> Upstream | None:
        """The one that a kept revision came from; None where the settings have it no more."""
        return self._upstreams.get(name)

    def each(self) -> tuple[Upstream, ...]:
        return tuple(self._upstreams.values())

    def close(self) -> None:
        for upstream in self._upstreams.values():
            upstream.close()


def _upstream(told: UpstreamSettings, settings: Settings, blobs: Blobs | None) -> Upstream:
    if told.folder:
        return FolderUpstream(told.name, told.folder, settings.limits, blobs)
    return HubUpstream(told.name, network_of(told, settings))


def network_of(told: UpstreamSettings, settings: Settings) -> Network:
    """How it is reached. The token of the environment is for the hub of the environment, and goes to no other one."""
    from hilt.sources.network import Network

    network = Network.from_environment(os.environ, private_hosts=settings.private_hosts)
    if not told.url:
        return network
    token = "".join(os.environ.get(told.token_env, "").split()) if told.token_env else ""
    if told.token_env and not (token and token.isascii() and token.isprintable()):
        raise SettingsInvalid(
            f"the variable {told.token_env} holds no token; set it where `hilt serve` starts, or leave token_env out",
            file=settings.file,
            where=f"library.upstreams.{told.name}.token_env",
        )
    return replace(network, endpoint=told.url, token=token)
