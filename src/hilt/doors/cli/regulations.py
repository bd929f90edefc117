"""hilt regulations: the rules of law that hilt knows, with their days and how they were read."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, conditions included, as JSON.")
def regulations(*, as_json: bool) -> None:
    """List the rules of law that hilt holds models against, and how each was read."""
    from hilt.gate.regulation import regulations as rules
    from hilt.output.form import NOT_ADVICE

    listed = rules()
    if as_json:
        click.echo(json.dumps(list(listed), indent=2, ensure_ascii=False))
        return
    width = max(len(one["id"]) for one in listed)
    law = ""
    for one in listed:
        if one["law"] != law:
            law = one["law"]
            click.echo(f"\n{law}" if one is not listed[0] else law)
        days = one["from"] + (f" to {one['until']}" if one["until"] else "")
        click.echo(f"  {one['id']:<{width}}  {days:<24}  {one['state']:<8}  {one['whose']:<9}  {one['title']}")
        click.echo(f"  {'':<{width}}  {one['article']}; {one['how_read']}, {one['as_of']}")
    click.echo(f"\n{len(listed)} rules. {NOT_ADVICE}")
