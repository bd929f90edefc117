"""hilt form: a form of law, filled as far as the files of a subject tell."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--form", "name", metavar="annex-xi|model-documentation", required=True, help="Which form.")
@click.option("-o", "--output", "file", metavar="FILE", type=click.Path(), help="Where to; the terminal without it.")
@click.option("--config", metavar="FILE", type=click.Path(), help="The organisation's settings.")
def form(reference: str, name: str, file: str | None, config: str | None) -> None:
    """Write a form of law in Markdown, filled with what is known of REF, how, and from where.

    annex-xi is the technical documentation of Annex XI of the EU AI Act, model-documentation the form of its Code of
    Practice. What only the publisher knows stays "not known".
    """
    from hilt.core.errors import UsageError
    from hilt.gate.regulation import form as fill
    from hilt.gate.settings import find_settings
    from hilt.output.write import write

    text = fill(reference, name, settings=find_settings(config))
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        write(Path(file), text)
    except OSError as error:
        raise UsageError(f"--output {file}: {error.strerror}") from None
