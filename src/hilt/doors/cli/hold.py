"""hilt hold: who runs which model, where, and for what use."""

from __future__ import annotations

from functools import partial

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, tell_status


@click.group()
def hold() -> None:
    """Keep the inventory: who runs which model, where, and for what use.

    Whoever is in it is named when a model is withdrawn.
    """


@hold.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--where", metavar="PLACE", required=True, help="Where it runs: a cluster, a host, a product.")
@click.option("--holder", metavar="WHO", required=True, help="Who runs it (a team or a person), and how to reach them.")
@options.use
@options.signing
@options.as_json
@options.config
def add(
    reference: str,
    where: str,
    holder: str,
    use: str | None,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Record that somebody runs REF, whether it was admitted for that use or not.

    Exit codes are those of how it stands for the use: 0 admitted, 10 review, 20 block. It is recorded in each case.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.hold import hold as begin
    from hilt.gate.settings import find_settings

    with Bar() as bar:
        status = begin(
            reference,
            where=where,
            holder=holder,
            use=use,
            key=key,
            password=password,
            settings=find_settings(config),
            progress=bar,
        )
    code = tell_status(status, as_json=as_json)
    if code:
        click.secho(
            "this runs without being admitted for this use; it was recorded all the same", fg="red", bold=True, err=True
        )
    return code


@hold.command()
@click.argument("holding", metavar="ENTRY", type=options.entry)
@options.signing
@options.as_json
@options.config
def end(
    holding: int,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """Record that a holding is over; ENTRY is its number, as list tells it."""
    from hilt.gate.hold import end as finish
    from hilt.gate.settings import find_settings
    from hilt.output.record_json import recorded_data
    from hilt.output.text_status import write_ended

    entry = finish(holding, key=key, password=password, settings=find_settings(config))
    tell(entry, partial(recorded_data, names={}), write_ended, as_json=as_json)


@hold.command("list")
@click.argument("reference", metavar="[REF]", required=False, type=click.Path())
@options.as_json
@options.config
def list_(reference: str | None, config: str | None, *, as_json: bool) -> int:
    """Tell who runs REF, or who runs anything. The exit code is that of what stands worst."""
    from hilt.doors.cli.progress import Bar
    from hilt.gate.hold import holdings
    from hilt.gate.settings import find_settings
    from hilt.output.record_json import holdings_data
    from hilt.output.text_status import write_holdings

    with Bar() as bar:
        held = holdings(reference, settings=find_settings(config), progress=bar)
    tell(held, holdings_data, write_holdings, as_json=as_json)
    return max((one.standing.outcome.exit_code for one in held), default=0)
