"""hilt form: a form of law, filled as far as the files of a subject tell."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import write_file


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--form", "name", metavar="annex-xi|model-documentation", required=True, help="Which form.")
@options.file
@options.config
def form(reference: str, name: str, file: str | None, config: str | None) -> None:
    """Write a form of law in Markdown, filled with what is known of REF, how, and from where.

    annex-xi is the technical documentation of Annex XI of the EU AI Act, model-documentation the form of its Code of
    Practice. What only the publisher knows stays "not known".
    """
    from hilt.gate.regulation import form as fill
    from hilt.gate.settings import find_settings

    text = fill(reference, name, settings=find_settings(config))
    if file is None:
        click.echo(text, nl=False)
        return
    write_file("--output ", file, text)
