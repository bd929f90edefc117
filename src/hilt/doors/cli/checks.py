"""hilt checks: what hilt looks for, a line each."""

from __future__ import annotations

import json as json_module
from typing import Annotated

import typer


def checks(json: Annotated[bool, typer.Option("--json", help="Everything about each, as JSON.")] = False) -> None:
    """List what hilt looks for."""
    from hilt.gate.explain import catalogue

    listed = tuple(catalogue())
    if json:
        rows = [
            {"id": one.id, "family": one.family, "severity": one.severity.word, "title": one.title}
            | {"what": one.what, "why": one.why, "blind_spot": one.blind_spot, "fix": one.fix}
            for one in listed
        ]
        typer.echo(json_module.dumps(rows, indent=2))
        return
    width = max(len(one.id) for one in listed)
    for one in listed:
        typer.echo(f"{one.id:<{width}}  {one.severity.word:<8}  {one.title}")
    typer.echo(f"\n{len(listed)} checks; `hilt explain ID` tells more about one. The severity is the worst it says.")
