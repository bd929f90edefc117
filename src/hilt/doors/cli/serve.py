"""hilt serve: the pages that people decide on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options

if TYPE_CHECKING:
    from hilt.gate.configured.serve_settings import ServeSettings
    from hilt.gate.settings import Settings

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
@options.config
def serve(
    host: str | None,
    port: int | None,
    tls: tuple[str, str] | None,
    folders: tuple[str, ...],
    config: str | None,
) -> None:
    """Serve the pages that people decide on, until interrupted.

    Without settings, only this machine reaches them. What people see there and decide is what every other verb reads and records.
    """
    from hilt.doors.http import server
    from hilt.gate.notifying.notifier import Notifier
    from hilt.gate.record import keeping_open
    from hilt.gate.settings import find_settings
    from hilt.gate.working.check_pool import CheckPool

    settings = _with(find_settings(config), host, port, tls, folders)
    told = settings.serve
    if told.host in _ANYWHERE and not told.address:
        raise UsageError(_NO_ADDRESS.format(host=told.host))
    if told.tls is not None:
        server.read_tls(told.tls)
    with server.listen(told.host, told.port, "hilt serve") as listening:
        from hilt.doors.web.app import pages

        origin = told.address or server.address(listening, "https" if told.tls else "http")
        with keeping_open(settings), CheckPool(settings), Notifier(settings, origin):
            served = pages(settings, origin)
            click.echo(f"hilt answers at {origin}")
            if link := served.desk.first_link.path():
                click.echo(f"Nobody is here yet. Whoever opens this first is the administrator: {origin}{link}")
            server.serve(served.application, listening, at_once=AT_ONCE, tls=told.tls, closing=served.desk.live.close)


AT_ONCE = 500
"""Connections at the same time; each page that is open has one."""


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
