"""hilt fixity: are the bytes of the library still what they were."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.group()
def fixity() -> None:
    """Look whether the bytes of the library are still what they were: disks lose some, and people make mistakes."""


@fixity.command()
@click.option(
    "--from", "mirrors", metavar="MIRROR", multiple=True,
    help="The folder of another library, or the address of another hub, to have damaged bytes from; may be given several times.",
)  # fmt: skip
@options.as_json
@options.config
def run(mirrors: tuple[str, ...], config: str | None, *, as_json: bool) -> int:
    """Digest every file of the library anew, repair what is damaged, and have the log say so.

    What is damaged is set aside, so that nobody is handed it, and had again by its digest: from a MIRROR, else
    from those of the settings, else from where it came. `hilt serve` does the same by itself, part by part (library.fixity_days). The exit
    code is 1 where something is still damaged, or could not be read.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.fixity import run as digest
    from hilt.gate.settings import find_settings
    from hilt.output.library_json import fixity_data
    from hilt.output.text_library import write_fixity

    with Bar() as bar:
        done = digest(mirrors, settings=find_settings(config), progress=bar)
    tell(done, fixity_data, write_fixity, as_json=as_json)
    return int(done.left > 0 or bool(done.unread))
