"""hilt licences: what hilt knows of licences, a line each."""

from __future__ import annotations

import json

import click

from hilt.doors.cli.writing import terminal_page


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, as JSON.")
def licences(*, as_json: bool) -> None:
    """List the licences of models, data and packages that hilt knows, and how it knows them."""
    from hilt.gate import licences as pack
    from hilt.output.text_licences import write

    if as_json:
        click.echo(json.dumps(pack.everything(), indent=2, ensure_ascii=False))
        return
    rows = pack.rows()
    page = terminal_page()
    write(
        page,
        [(row.id, row.family, row.read, row.depends_on or "-") for row in rows],
        unread=sum(row.read == pack.READ_IN_SHORT["K"] for row in rows),
        remark=pack.NOT_ADVICE,
    )
    click.echo(str(page))
