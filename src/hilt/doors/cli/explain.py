"""hilt explain: a check or a rule of a policy, in words."""

from __future__ import annotations

import json as json_module
import shutil
import textwrap
from typing import Annotated

import typer


def explain(
    name: Annotated[str, typer.Argument(metavar="CHECK|RULE", help="The id of a check, or the name of a rule.")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", metavar="PACK|FILE", help="Where to look for the rule.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Tell what a check looks for, why, what it cannot see and what to do; or what a rule asks."""
    from hilt.gate.explain import explain as explain_one

    explanation = explain_one(name, policies=policy)
    if json:
        paragraphs = [{"heading": heading, "text": text} for heading, text in explanation.paragraphs]
        typer.echo(
            json_module.dumps(
                {"name": explanation.name, "title": explanation.title, "paragraphs": paragraphs}, indent=2
            )
        )
        return
    width = min(shutil.get_terminal_size().columns, 100)
    typer.echo(f"{explanation.name}: {explanation.title}\n")
    for heading, text in explanation.paragraphs:
        body = "\n".join(textwrap.fill(line, width) for line in f"{heading}: {text}".splitlines())
        typer.echo(f"{body}\n")
