"""hilt regulations: the rules of law that hilt knows, with their days and how they were read."""

from __future__ import annotations

import click

from hilt.doors.cli.writing import tell


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, conditions included, as JSON.")
def regulations(*, as_json: bool) -> None:
    """List the rules of law that hilt holds models against, and how each was read."""
    from hilt.gate.regulation import regulations as rules
    from hilt.output.text_regulations import write

    tell(rules(), list, write, as_json=as_json)
