"""hilt backup: all of the record in one file."""

from __future__ import annotations

from functools import partial

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@options.as_json
@options.config
def backup(file: str, config: str | None, *, as_json: bool) -> None:
    """Write all of the record into FILE: entries, checkpoints, documents and words, whatever database it is in.

    Everything is verified before. The key of the log is not in it: keep a copy of that elsewhere. An older backup of the same name
    is written over; whoever can read it reads what people said.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.backup import backup as write
    from hilt.gate.settings import find_settings
    from hilt.output.text_record import write_saved

    with Bar() as bar:
        saved = write(file, settings=find_settings(config), progress=bar)
    tell(saved, type(saved)._asdict, partial(write_saved, file=file), as_json=as_json)
