"""hilt diff: how one model came from another, read from the weights."""

from __future__ import annotations

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, write_file


@click.command()
@click.argument("base", metavar="BASE", type=click.Path())
@click.argument("derivative", metavar="DERIVATIVE", type=click.Path())
@click.option(
    "--also", metavar="REF", multiple=True, type=click.Path(), help="Another model that may have gone into DERIVATIVE."
)
@click.option("--rows-only", is_flag=True, help="Read a few rows of each tensor, also of models that lie here.")
@options.as_json
@click.option("-o", "--output", metavar="html:FILE", help="The same as a page, with a picture of every layer.")
@options.config
def diff(
    base: str,
    derivative: str,
    also: tuple[str, ...],
    output: str | None,
    config: str | None,
    *,
    rows_only: bool,
    as_json: bool,
) -> None:
    """Tell how the weights of DERIVATIVE came from those of BASE, and what else was changed.

    Both may be a file, a folder or hf:org/name. Names, order, number format and packaging do not matter. Where both lie
    here, all numbers are read: that shows the rank of changes, and whether a direction was cut out of the model, as who
    removes its safeguards does.
    """
    from hilt.core.lineage_v1 import encode_diff
    from hilt.doors.cli.progress import Bar
    from hilt.gate.diff import diff as compare
    from hilt.gate.settings import find_settings
    from hilt.output.text_diff import write

    file = _page(output) if output is not None else None
    with Bar() as bar:
        told = compare(base, derivative, also=also, settings=find_settings(config), rows_only=rows_only, progress=bar)
    if file is not None:
        from hilt.output.html_diff import document

        write_file("--output html:", file, document(told))
    if as_json or file is None:
        tell(told, encode_diff, write, as_json=as_json)


def _page(output: str) -> str:
    """The file that `html:FILE` names."""
    form, colon, file = output.partition(":")
    if form != "html" or not colon or not file:
        raise UsageError(f"--output {output!r:.60}: diff writes html:FILE")
    return file
