"""hilt history: everything that was recorded of a model."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.as_json
@options.config
def history(reference: str, config: str | None, *, as_json: bool) -> None:
    """Tell everything that was recorded of REF: verdicts, requests, decisions, who runs it.

    REF is a path, hf:org/name, sha256:DIGEST or '#17', the number of a case. Of a path or an address, the bytes that it led to
    earlier are told as well. Each entry is verified: its signature, and that it is in the log.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.history import history as find
    from hilt.gate.settings import find_settings
    from hilt.output.record_json import history_data
    from hilt.output.text_status import write_history

    with Bar() as bar:
        told = find(reference, settings=find_settings(config), progress=bar)
    tell(told, history_data, write_history, as_json=as_json)
