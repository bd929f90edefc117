"""hilt refuse: decide that a model may not be used for one named use."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell_status


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.use
@options.why
@options.signing
@options.as_json
@options.config
def refuse(
    reference: str,
    use: str | None,
    why: str,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Decide that REF may not be used for a named use, signed with your key.

    REF is a path, hf:org/name, sha256:DIGEST or '#17', the number of a case. Anybody in the record may refuse. It stays
    refused until somebody asks anew and whom the policy names say yes.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.refuse import refuse as decide
    from hilt.gate.settings import find_settings

    with Bar() as bar:
        status = decide(
            reference,
            use=use,
            why=why,
            key=key,
            password=password,
            settings=find_settings(config),
            progress=bar,
        )
    return tell_status(status, as_json=as_json)
