"""hilt status: may this model run, for which use, by whose decision, until when, and what does it wait for."""

from __future__ import annotations

from functools import partial

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, tell_status


@click.command()
@click.argument("reference", metavar="[REF]", required=False, type=click.Path())
@click.option("--use", metavar="TEXT", help="Only how it stands for this use.")
@click.option(
    "--standing", type=click.Choice(["admit", "review", "block"]), help="Without REF: only uses for which it stands so."
)
@click.option("--expiring", metavar="DAYS", type=click.IntRange(0, 36500), help="Without REF: only what ends by then.")
@click.option("--matching", metavar="TEXT", help="Without REF: only models whose reference has this in it.")
@click.option("--limit", metavar="NUMBER", type=click.IntRange(1, 1000), help="Without REF: how many models; 50.")
@click.option("--after", metavar="NUMBER", type=options.entry, help="Without REF: go on behind this one.")
@options.as_json
@options.config
def status(
    reference: str | None,
    use: str | None,
    standing: str | None,
    expiring: int | None,
    matching: str | None,
    limit: int | None,
    after: int | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Tell how REF stands: for which uses it may run, who decided, until when, and what it waits for.

    REF is a path, hf:org/name, sha256:DIGEST or '#17', the number of a case. Without it, all models are listed, and the exit code is
    0; with it, it is 0 where it may run, 10 where it waits for people, 20 where it is blocked: of several uses the strictest.
    """
    from hilt.core.verdict import Outcome
    from hilt.doors.cli.progress import Bar
    from hilt.gate.settings import find_settings
    from hilt.gate.status import status as find
    from hilt.gate.status import statuses
    from hilt.output.record_json import list_data
    from hilt.output.text_status import write_list

    settings = find_settings(config)
    if reference is not None:
        if any(one is not None for one in (standing, expiring, matching, limit, after)):
            raise UsageError("--standing, --expiring, --matching, --limit and --after are for the list: leave out REF")
        with Bar() as bar:
            return tell_status(find(reference, use=use, settings=settings, progress=bar), as_json=as_json)
    listed, more = statuses(
        use=use,
        outcome=Outcome[standing.upper()] if standing else None,
        expiring=expiring,
        matching=matching or "",
        after=after,
        limit=limit or 50,
        settings=settings,
    )
    tell(listed, partial(list_data, after=more), partial(write_list, after=more), as_json=as_json)
    return 0
