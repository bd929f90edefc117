"""hilt openness: which parts of a release are open, and what is missing for more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import terminal_page, write_file

if TYPE_CHECKING:
    from hilt.gate.openness import ComponentRow, Openness
    from hilt.output.layout import Page

_COLOURS = {"open": "green", "partial": "yellow", "closed": "red", "cannot tell": "yellow"}
_TABLE = 42
"""Where the evidence of a component begins."""


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.as_json
@click.option("--mof", "file", metavar="FILE", type=click.Path(), help="Write what was found as the framework's YAML.")
@options.config
def openness(reference: str, *, as_json: bool, file: str | None, config: str | None) -> None:
    """Tell how open REF is: its components, their licences, its class, and what is missing for the next.

    By the Model Openness Framework 1.0 and the Open Source AI Definition 1.0. REF may also be a YAML file of the framework.
    """
    from hilt.gate.openness import as_data, as_mof
    from hilt.gate.openness import openness as tell
    from hilt.gate.settings import find_settings

    told, report = tell(reference, settings=find_settings(config))
    if file is not None:
        write_file("--mof ", file, as_mof(told, report))
    if as_json:
        click.echo(json.dumps(as_data(told), indent=2))
        return
    page = terminal_page()
    _write(page, told)
    click.echo(str(page))


def _write(page: Page, told: Openness) -> None:
    from hilt.output.quote import quote

    page.flow([(quote(told.reference), "bold")])
    page.flow([(told.class_name, "bold"), ("by the Model Openness Framework 1.0", "dim")])
    page.flow([(quote(told.evaluation.gap, 2000), "")])
    for standing in told.evaluation.standings:
        page.blank()
        page.flow([(standing.name, "bold"), (f"{standing.percent:.0f} %", "")])
        for row in told.rows:
            if row.component.level == standing.level:
                _row(page, row)
    page.blank()
    page.flow([("Open Source AI Definition 1.0:", "bold"), (told.osaid, "")])
    for part in told.osaid_parts:
        page.flow([(quote(part, 1000), "")], indent=4, label=("-", ""))
    page.blank()
    for remark in told.remarks:
        page.flow([(quote(remark, 1000), "")])
    page.flow([(f"In brackets: not required. Open licences as of {told.as_of}.", "dim")])


def _row(page: Page, row: ComponentRow) -> None:
    from hilt.output.quote import quote

    name = row.component.words if row.component.required else f"({row.component.words})"
    licences = ", ".join(row.licences) or ("no licence known" if row.where else "")
    spans = [(quote(licences), "bold" if row.grade == "open" else "")]
    if row.where:
        spans += [("·", "dim"), (row.known.word, "dim"), ("·", "dim"), (quote(row.where), "")]
    page.flow(spans, indent=_TABLE, label=(f"{row.grade:<11}  {name}", _COLOURS[row.grade]))
