"""What a server has at hand for every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from hilt.doors.http.first_link import FirstLink
from hilt.doors.http.live import Live
from hilt.doors.http.metrics import Metrics
from hilt.doors.http.sessions import Idle
from hilt.gate.overview.changes import changes
from hilt.gate.settings import Settings
from hilt.gate.working.jobs import Jobs

if TYPE_CHECKING:
    from hilt.gate.keeping.library import Library

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`origin` is where people reach the server: https://hilt.acme.example. `hosts` are the Host headers that it answers to.

    `static` maps the name of each file that comes with the pages to its URL. `library` is what hands models out beside them, if anything.
    """

    settings: Settings
    origin: str
    hosts: frozenset[str]
    static: Mapping[str, str]
    live: Live
    metrics: Metrics
    idle: Idle
    first_link: FirstLink
    jobs: Jobs
    library: Library | None = None

    @classmethod
    def at(cls, origin: str, settings: Settings, static: Mapping[str, str], library: Library | None = None) -> Self:
        """The desk of a server that people reach at `origin`."""
        live = Live(settings)
        return cls(
            settings=settings,
            origin=origin,
            hosts=hosts_of(origin),
            static=static,
            live=live,
            metrics=Metrics(streams=lambda: len(live), entries=lambda: changes(-1, settings).size),
            idle=Idle(settings.serve.idle_hours),
            first_link=FirstLink(settings),
            jobs=Jobs(lambda number: live.tell(f"job-{number}")),
            library=library,
        )

    @property
    def secure(self) -> bool:
        """Is every request encrypted on its way here?"""
        return self.origin.startswith("https:")

    @property
    def on_loopback(self) -> bool:
        """Do people reach it from its own machine alone?"""
        return urlsplit(self.origin).hostname in ("127.0.0.1", "::1", "localhost")

    @property
    def cookie(self) -> str:
        """The name of the cookie of a session; with the prefix, no other host and no page without TLS can set it."""
        return "__Host-hilt" if self.secure else "hilt"


def hosts_of(origin: str) -> frozenset[str]:
    """The Host headers of those who mean `origin`; where it is on loopback, under each of its names."""
    parts = urlsplit(origin)
    usual = {"https": 443, "http": 80}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    names = LOOPBACK if host in LOOPBACK else (host,)
    with_port = {f"{name}:{parts.port or usual}" for name in names}
    return frozenset(with_port | set(names)) if parts.port in (None, usual) else frozenset(with_port)
