"""hilt restore: put a backup of the record back."""

from __future__ import annotations

from functools import partial

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--database", metavar="FILE|URL", help="Where to, without a record; that of the settings without it.")
@click.option("--checkpoint", metavar="FILE", type=click.Path(), help="A checkpoint that was kept elsewhere.")
@click.option(
    "--origin", metavar="NAME", help="Begin a new log of this name: entries were made after the backup, and are lost."
)
@options.as_json
@options.config
def restore(
    file: str, database: str | None, checkpoint: str | None, origin: str | None, config: str | None, *, as_json: bool
) -> None:
    """Put a backup back, into SQLite or PostgreSQL, once everything in it is verified. Nothing is ever written over.

    Where a checkpoint that was kept apart shows that the log had gone further, nothing is restored: to go on would make two logs of
    one name. With --origin a new log begins instead, whose first entry says where the old one ended; what was decided
    then is signed for the old name, and is brought over by `hilt bundle`.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.restore import restore as put_back
    from hilt.gate.settings import find_settings
    from hilt.output.record_json import restored_data
    from hilt.output.text_record import write_restored

    with Bar() as bar:
        restored = put_back(
            file, database=database, origin=origin, checkpoint=checkpoint, settings=find_settings(config), progress=bar
        )
    tell(restored, restored_data, partial(write_restored, file=file), as_json=as_json)
