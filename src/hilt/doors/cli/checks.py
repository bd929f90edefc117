"""hilt checks: what hilt looks for, a line each."""

from __future__ import annotations

import click

from hilt.doors.cli.writing import tell


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything about each, as JSON.")
def checks(*, as_json: bool) -> None:
    """List what hilt looks for."""
    from hilt.gate.explain import catalogue
    from hilt.output.text_catalogue import checks_data, write_checks

    tell(tuple(catalogue()), checks_data, write_checks, as_json=as_json)
