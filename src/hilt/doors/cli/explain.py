"""hilt explain: a check, a format or a rule of a policy, in words."""

from __future__ import annotations

import json
import shutil
import textwrap

import click


@click.command()
@click.argument("name", metavar="CHECK|FORMAT|RULE")
@click.option("-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="Where to look for the rule.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def explain(name: str, policies: tuple[str, ...], *, as_json: bool) -> None:
    """Tell what a check looks for, why, what it cannot see and what to do; what can bite in a format; what a rule asks."""
    from hilt.gate.explain import explain as explain_one

    told = explain_one(name, policies=policies)
    if as_json:
        paragraphs = [{"heading": heading, "text": text} for heading, text in told.paragraphs]
        click.echo(json.dumps({"name": told.name, "title": told.title, "paragraphs": paragraphs}, indent=2))
        return
    width = min(shutil.get_terminal_size().columns, 100)
    click.echo(f"{told.name}: {told.title}")
    for heading, text in told.paragraphs:
        lines = text.splitlines()
        folded = [textwrap.fill(f"{heading}: {text}", width)] if len(lines) == 1 else [f"{heading}:", *lines]
        click.echo("\n" + "\n".join(folded))
