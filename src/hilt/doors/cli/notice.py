"""hilt notice: the notice to carry with a model, and the words to display."""

from __future__ import annotations

from pathlib import Path

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import write_file


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.config
@options.file
def notice(reference: str, config: str | None, file: str | None) -> None:
    """Write the NOTICE that the licences of a model ask to carry, the words to display, and what else to do.

    It also says what hilt does not know: read that first. Exit code 3: there was nothing to read.
    """
    from hilt.gate.notice import notice as write_notice
    from hilt.gate.settings import find_settings

    told = write_notice(reference, settings=find_settings(config))
    if file is None:
        click.echo(told, nl=False)
        return
    if not _may_be_replaced(Path(file)):
        raise UsageError(f"--output {file}: it is there, and hilt did not write it; give another name")
    write_file("--output ", file, told)


def _may_be_replaced(file: Path) -> bool:
    """It is no regular file, or one of these notices. That of the publisher has to be carried, and is not lost for it.

    Raises `UsageError` where it cannot be read.
    """
    from hilt.gate.notice import MADE

    try:
        if not file.is_file():
            return True
        with file.open("rb") as stream:
            return MADE.encode() in stream.read(4096)
    except OSError as error:
        raise UsageError(f"--output {file}: {error.strerror}") from None
