"""hilt explain: a check, a format, a licence or a rule of a policy, in words."""

from __future__ import annotations

import json
import shutil
import textwrap

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import WIDEST


@click.command()
@click.argument("name", metavar="CHECK|FORMAT|LICENCE|RULE")
@click.option("-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="Where to look for the rule.")
@options.as_json
def explain(name: str, policies: tuple[str, ...], *, as_json: bool) -> None:
    """Tell what a check looks for, why, what it cannot see and what to do; what can bite in a format; what a licence
    grants and asks; what a rule asks."""
    from hilt.gate.explain import explain as explain_one

    told = explain_one(name, policies=policies)
    if as_json:
        paragraphs = [{"heading": heading, "text": text} for heading, text in told.paragraphs]
        click.echo(json.dumps({"name": told.name, "title": told.title, "paragraphs": paragraphs}, indent=2))
        return
    width = min(shutil.get_terminal_size().columns, WIDEST)
    click.echo(f"{told.name}: {told.title}")
    for heading, text in told.paragraphs:
        lines = text.splitlines()
        folded = (
            [textwrap.fill(f"{heading}: {text}", width)] if len(lines) == 1 else [f"{heading}:", *_items(lines, width)]
        )
        click.echo("\n" + "\n".join(folded))


def _items(lines: list[str], width: int) -> list[str]:
    """Items of a list folded; other lines, such as those of a rule, as they stand."""
    return [textwrap.fill(line, width, subsequent_indent="  ") if line.startswith("- ") else line for line in lines]
