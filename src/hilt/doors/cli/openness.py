"""hilt openness: which parts of a release are open, and what is missing for more."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, write_file


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.as_json
@click.option("--mof", "file", metavar="FILE", type=click.Path(), help="Write what was found as the framework's YAML.")
@options.config
def openness(reference: str, *, as_json: bool, file: str | None, config: str | None) -> None:
    """Tell how open REF is: its components, their licences, its class, and what is missing for the next.

    By the Model Openness Framework 1.0 and the Open Source AI Definition 1.0. REF may also be a YAML file of the framework.
    """
    from hilt.gate.openness import as_mof
    from hilt.gate.openness import openness as look
    from hilt.gate.settings import find_settings
    from hilt.output.text_openness import openness_data, write

    told, report = look(reference, settings=find_settings(config))
    if file is not None:
        write_file("--mof ", file, as_mof(told, report))
    tell(told, openness_data, write, as_json=as_json)
