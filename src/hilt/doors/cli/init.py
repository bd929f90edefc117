"""hilt init: make the record of who decided what."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.option("--database", metavar="FILE|URL", help="A file of SQLite, or postgresql://user@host/name.")
@click.option("--origin", metavar="NAME", help="What the log is called: acme.example/models.")
@click.option("--key", metavar="FILE", type=click.Path(), help="The key of the log; made where it is not there.")
@click.option(
    "--password-env", metavar="NAME", help="The variable that opens the key; HILT_LOG_KEY_PASSWORD without it."
)
@options.as_json
@options.config
def init(
    database: str | None,
    origin: str | None,
    key: str | None,
    password_env: str | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """Make the record, where verdicts and decisions are remembered, and the key of its log.

    What is not said here, the settings say (record), else it is in your own data folder; there, a record is also made when it is
    first needed. The new key is encrypted where a variable holds a password for it.
    """
    from hilt.gate.init import init as make
    from hilt.gate.settings import find_settings
    from hilt.output.text_record import write_made

    made = make(find_settings(config), database=database, origin=origin, key=key, password_env=password_env)
    tell(made, type(made)._asdict, write_made, as_json=as_json)
