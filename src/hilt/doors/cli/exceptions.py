"""hilt exceptions: what runs against its verdict, until when, and how that is renewed."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, tell_status


@click.group(invoke_without_command=True)
@options.as_json
@options.config
@click.pass_context
def exceptions(context: click.Context, config: str | None, *, as_json: bool) -> None:
    """See which exceptions to a block end when, and renew them. Without a command, list."""
    if context.invoked_subcommand is None:
        context.invoke(list_, expiring=None, config=config, as_json=as_json)


@exceptions.command("list")
@click.option("--expiring", metavar="DAYS", type=click.IntRange(0, 36500), help="Only what ends by then, or is over.")
@options.as_json
@options.config
def list_(expiring: int | None, config: str | None, *, as_json: bool) -> None:
    """List exceptions, what ends soonest first; what is over as well, until somebody renews, refuses or withdraws it."""
    from hilt.gate.exceptions import exceptions as find
    from hilt.gate.settings import find_settings
    from hilt.output.review_json import exceptions_data
    from hilt.output.text_review_stats import write_exceptions

    tell(find(expiring=expiring, settings=find_settings(config)), exceptions_data, write_exceptions, as_json=as_json)


@exceptions.command()
@click.argument("place", metavar="NUMBER", type=options.entry)
@click.option("--until", metavar="DATE", required=True, help="The last day on which it counts from now on: 2027-01-31.")
@click.option("--conditions", metavar="TEXT", default="", help="Other conditions; without it, those of before.")
@options.why
@options.answers
@options.signing
@options.as_json
@options.config
def renew(
    place: int,
    until: str,
    conditions: str,
    why: str,
    answers: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Make the exception of entry NUMBER anew, on the evidence of today, signed with your key.

    It takes the same people as the first time. What you say with --why answers every question that --answer does not. Exit codes:
    0 it counts, 10 and 20 it does not yet.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.exceptions import renew as decide
    from hilt.gate.settings import find_settings

    with Bar() as bar:
        status = decide(
            place,
            until=until,
            why=why,
            conditions=conditions,
            answers=options.answers_of(answers),
            key=key,
            password=password,
            settings=find_settings(config),
            progress=bar,
        )
    return tell_status(status, as_json=as_json)
