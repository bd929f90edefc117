"""hilt withdraw: take back what was admitted; whoever runs it is named."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell_status


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--use", metavar="TEXT", help="Only for this use; for all of them without it.")
@options.why
@options.signing
@options.as_json
@options.config
def withdraw(
    reference: str,
    use: str | None,
    why: str,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Take back what was decided of REF, signed with your key, and name whoever runs it.

    REF is a path, hf:org/name, sha256:DIGEST or '#17', the number of a case. Anybody in the record may withdraw. It stays so
    until somebody asks anew and whom the policy names say yes.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.settings import find_settings
    from hilt.gate.withdraw import withdraw as take_back
    from hilt.output.figures import counted

    with Bar() as bar:
        status = take_back(
            reference,
            use=use,
            why=why,
            key=key,
            password=password,
            settings=find_settings(config),
            progress=bar,
        )
    code = tell_status(status, as_json=as_json)
    if status.holdings and not as_json:
        places = counted(len(status.holdings), "place")
        click.secho(f"it still runs at {places}: tell whoever is named there", bold=True)
    return code
