"""hilt serve: the pages that people decide on, and the library that hands out what they admit."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options

if TYPE_CHECKING:
    from hilt.doors.http.app import Served
    from hilt.gate.configured.serve_settings import ServeSettings
    from hilt.gate.keeping.library import Library
    from hilt.gate.settings import Settings

WEB, HUB = "web", "hub"
AT_ONCE, DOWNLOADS_AT_ONCE = 500, 2000
"""Connections at the same time, without and with the library: each page that is open has one, and each client that downloads has
eight.
"""
_ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not listened at
_NO_ADDRESS = (
    "--host {host}: say under which address people reach it, in the settings: serve: {{address: https://hilt.example}}. "
    "Requests for any other name are refused"
)


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where it answers; 127.0.0.1 without it.")
@click.option("--port", metavar="NUMBER", type=click.IntRange(0, 65535), help="8791 without it.")
@click.option(
    "--tls", metavar="CERTIFICATE KEY", type=click.Path(), nargs=2, help="The files of a certificate and its key."
)
@click.option(
    "--folder",
    "folders",
    metavar="FOLDER",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="A folder of models that people may choose from.",
)
@click.option(
    "--only",
    metavar="WHAT",
    type=click.Choice((WEB, HUB)),
    help="web: only the pages; hub: only the library, no pages.",
)
@options.config
def serve(
    host: str | None,
    port: int | None,
    tls: tuple[str, str] | None,
    folders: tuple[str, ...],
    only: str | None,
    config: str | None,
) -> None:
    """Serve the pages that people decide on, and the library that models are downloaded from, until interrupted.

    Without settings, only this machine reaches them. What people see there and decide is what every other verb reads and records.
    Whoever downloads sets HF_ENDPOINT to the address, and HF_TOKEN to a token that their account page makes: they get what is
    admitted for their use, and nothing else.
    """
    from hilt.doors.http import server
    from hilt.gate.record import keeping_open
    from hilt.gate.settings import find_settings

    settings = _with(find_settings(config), host, port, tls, folders)
    told = settings.serve
    if told.host in _ANYWHERE and not told.address:
        raise UsageError(_NO_ADDRESS.format(host=told.host))
    if told.tls is not None:
        server.read_tls(told.tls)
    with server.listen(told.host, told.port, "hilt serve") as listening:
        here = server.address(listening, "https" if told.tls else "http")
        origin = told.address or here
        with ExitStack() as after:
            after.enter_context(keeping_open(settings))
            library = _library(settings, origin, here, after) if only != WEB else None
            served = _served(settings, origin, library, after, with_pages=only != HUB)
            click.echo(f"hilt answers at {origin}")
            if only != HUB and (link := served.desk.first_link.path()):
                click.echo(f"Nobody is here yet. Whoever opens this first is the administrator: {origin}{link}")
            server.serve(
                served.application,
                listening,
                at_once=AT_ONCE if library is None else DOWNLOADS_AT_ONCE,
                tls=told.tls,
                closing=served.desk.live.close,
            )


def _library(settings: Settings, origin: str, here: str, after: ExitStack) -> Library:
    """The library, and what reads it anew, until `after` ends."""
    from hilt.gate.keeping.library import Library
    from hilt.gate.keeping.places import refuse_loops
    from hilt.gate.keeping.upkeep.rounds import Rounds

    refuse_loops(settings, (origin, here))
    library = after.enter_context(Library(settings, origin))
    after.enter_context(Rounds(settings))
    return library


def _served(settings: Settings, origin: str, library: Library | None, after: ExitStack, *, with_pages: bool) -> Served:
    """What answers: the pages, with whatever works for them until `after` ends; the library; or both."""
    from hilt.doors.http.app import Beside
    from hilt.doors.http.bare import bare
    from hilt.doors.hub.app import hub
    from hilt.doors.hub.paths import meant
    from hilt.doors.web.app import pages
    from hilt.gate.notifying.notifier import Notifier
    from hilt.gate.working.check_pool import CheckPool

    beside = Beside(meant, hub(library, settings, origin)) if library is not None else None
    if beside is not None and not with_pages:
        return bare(settings, origin, beside=beside)
    after.enter_context(CheckPool(settings))
    after.enter_context(Notifier(settings, origin))
    return pages(settings, origin, beside=beside, library=library)


def _with(
    settings: Settings, host: str | None, port: int | None, tls: tuple[str, str] | None, folders: tuple[str, ...]
) -> Settings:
    """The settings, with what the options say."""
    from hilt.gate.configured.serve_settings import Tls, with_folders

    told: ServeSettings = settings.serve
    return replace(
        settings,
        serve=replace(
            told,
            host=told.host if host is None else host,
            port=told.port if port is None else port,
            tls=Tls(certificate=tls[0], key=tls[1]) if tls else told.tls,
            folders=with_folders(told.folders, folders),
        ),
    )
