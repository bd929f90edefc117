"""hilt waive: the entry for the settings that waives a finding."""

from __future__ import annotations

import click

from hilt.doors.cli import options


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--check", "check_id", metavar="ID", required=True, help="The check whose finding it is.")
@click.option("--path", metavar="PATH", help="The file, as the report names it; all of them without it.")
@click.option("--reason", metavar="TEXT", required=True, help="Who looked at it, and why it is accepted.")
@click.option("--until", metavar="DATE", required=True, help="The last day on which it counts: 2027-01-31.")
@options.config
def waive(reference: str, check_id: str, path: str | None, reason: str, until: str, config: str | None) -> None:
    """Print the waiver of a finding, to be pasted into the organisation's settings.

    REF is read as `hilt check` reads it, and the digest of the file is computed. No file is changed.
    """
    from hilt.gate.settings import find_settings
    from hilt.gate.waive import as_yaml
    from hilt.gate.waive import waive as propose

    settings = find_settings(config)
    click.echo(as_yaml(propose(reference, check=check_id, path=path, reason=reason, until=until, settings=settings)))
