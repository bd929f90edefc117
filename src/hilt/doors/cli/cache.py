"""hilt cache: what lies in the caches of this machine, held against the record."""

from __future__ import annotations

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.group()
def cache() -> None:
    """Hold the caches of this machine against the record.

    Hugging Face, Ollama, llama.cpp and torch keep what they fetched, and load it again without asking anybody.
    """


@cache.command()
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path())
@options.use
@click.option("--enforce", is_flag=True, help="Move what was withdrawn or is blocked into a quarantine in its cache.")
@click.option(
    "--server", metavar="URL", help="Ask this hilt, which serves your downloads, with their token ($HF_TOKEN)."
)
@options.as_json
@options.config
def scan(
    folders: tuple[str, ...], use: str | None, server: str | None, config: str | None, *, enforce: bool, as_json: bool
) -> int:
    """Tell of every model in the caches whether it is admitted, was never admitted, or was withdrawn.

    FOLDER is a cache; without it, the usual ones are looked at. What lies there is compared with the record of the settings, or with
    that of a server, which is told the digests and names of it, and no bytes. The exit code is 20 where something was withdrawn or is
    blocked, 10 where something was never admitted or could not be read, 0 where all is admitted, 3 where nothing was found.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.cache import scan as look
    from hilt.gate.settings import find_settings
    from hilt.output.cache_json import scan_data
    from hilt.output.text_cache import write_scan

    if use is not None and not use.strip():
        raise UsageError("--use: name the use, or leave it out")
    if server is not None and not server.strip():
        raise UsageError("--server: give the address of a server, or leave it out")
    settings = find_settings(config)
    with Bar() as bar:
        told = look(folders, use=use or "", enforce=enforce, server=server or "", settings=settings, progress=bar)
    tell(told, scan_data, write_scan, as_json=as_json)
    return told.exit_code


@cache.command()
@click.argument("note", metavar="NOTE", type=click.Path())
@options.as_json
def restore(note: str, *, as_json: bool) -> int:
    """Put back what `hilt cache scan --enforce` moved away, by the NOTE that it wrote.

    What lies there by now stays, and the exit code is 1.
    """
    from hilt.gate.cache import restore as put_back
    from hilt.output.cache_json import put_back_data
    from hilt.output.text_cache import write_put_back

    told = put_back(note)
    tell(told, put_back_data, write_put_back, as_json=as_json)
    return int(bool(told.left))
