"""hilt licences: what hilt knows of licences, a line each."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, as JSON.")
def licences(*, as_json: bool) -> None:
    """List the licences of models, data and packages that hilt knows, and how it knows them."""
    from hilt.gate import licences as pack

    if as_json:
        click.echo(json.dumps(pack.everything(), indent=2, ensure_ascii=False))
        return
    rows = pack.rows()
    heads = ("licence", "kind", "read", "it depends on")
    cells = [heads, *((row.id, row.family, row.read, row.depends_on or "-") for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for row in cells:
        click.echo("  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[3]]))
    unread = sum(row.read == pack.READ_IN_SHORT["K"] for row in rows)
    click.echo(f"\n{len(rows)} licences; `hilt explain LICENCE` tells more about one. NOT READ ({unread}): what is")
    click.echo(f"generally said of them; nobody has read their texts for hilt. {pack.NOT_ADVICE}")
