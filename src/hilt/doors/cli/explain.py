"""hilt explain: a check, a format, a licence or a rule of a policy, in words."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.argument("name", metavar="CHECK|FORMAT|LICENCE|RULE")
@click.option("-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="Where to look for the rule.")
@options.as_json
def explain(name: str, policies: tuple[str, ...], *, as_json: bool) -> None:
    """Tell what a check looks for, why, what it cannot see and what to do; what can bite in a format; what a licence
    grants and asks; what a rule asks."""
    from hilt.gate.explain import explain as explain_one
    from hilt.output.text_catalogue import explanation_data, write_explanation

    told = explain_one(name, policies=policies)
    tell(told, explanation_data, write_explanation, as_json=as_json)
