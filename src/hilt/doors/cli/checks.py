"""hilt checks: what hilt looks for, a line each."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, as JSON.")
def checks(*, as_json: bool) -> None:
    """List what hilt looks for."""
    from hilt.gate.explain import catalogue

    listed = tuple(catalogue())
    if as_json:
        rows = [
            {"id": one.id, "family": one.family, "severity": one.severity.word, "title": one.title}
            | {"what": one.what, "why": one.why, "blind_spot": one.blind_spot, "fix": one.fix}
            | {"evidence_for": list(one.evidence_for)}
            for one in listed
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(one.id) for one in listed)
    for one in listed:
        click.echo(f"{one.id:<{width}}  {one.severity.word:<8}  {one.title}")
    click.echo(f"\n{len(listed)} checks; `hilt explain ID` tells more about one. The severity is the worst it says.")
