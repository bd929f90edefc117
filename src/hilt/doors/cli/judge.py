"""hilt judge: judge stored reports again, for another organisation or by another policy."""

from __future__ import annotations

import time

import click

from hilt.doors.cli import options


@click.command()
@click.argument("reports", metavar="REPORT.json...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@options.policies
@options.config
@options.outputs
@options.output_json
@options.stage
def judge(
    reports: tuple[str, ...],
    policies: tuple[str, ...],
    config: str | None,
    outputs: tuple[str, ...],
    stage: str | None,
    *,
    as_json: bool,
) -> int:
    """Judge stored reports again, without looking at the models.

    REPORT.json is what `hilt check --json` wrote ("-" reads standard input). Policy and settings are those of today: the
    outcome that stands in the file counts for nothing. Exit codes are those of hilt check.
    """
    from hilt.doors.cli.destinations import destinations
    from hilt.gate.judge import judge_stored

    begun = time.monotonic()
    wanted = destinations([*outputs, *(["json"] if as_json else [])])
    settings = options.settings_for(config, stage)
    verdicts = judge_stored(reports, policy=policies or None, settings=settings)
    for destination in wanted if verdicts else ():
        destination.write(verdicts, time.monotonic() - begun)
    return max((verdict.outcome.exit_code for verdict in verdicts), default=3)
