"""hilt judge: judge stored reports again, for another organisation or by another policy."""

from __future__ import annotations

import time
from dataclasses import replace

import click


@click.command()
@click.argument("reports", metavar="REPORT.json...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "-p", "--policy", "policies", metavar="PACK|FILE", multiple=True,
    help="default, strict, permissive or a file; of several, the strictest outcome wins.",
)  # fmt: skip
@click.option("--config", metavar="FILE", type=click.Path(), help="The organisation's settings.")
@click.option(
    "-o", "--output", "outputs", metavar="FORMAT[:FILE]", multiple=True,
    help="text, json, sarif, html, cyclonedx, spdx or card; may be given several times.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --output json.")
@click.option("--stage", metavar="WORD", help="What policies see as env.stage.")
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
    from hilt.gate.settings import find_settings

    begun = time.monotonic()
    wanted = destinations([*outputs, *(["json"] if as_json else [])])
    settings = find_settings(config)
    if stage is not None:
        settings = replace(settings, env={**settings.env, "stage": stage})
    verdicts = judge_stored(reports, policy=policies or None, settings=settings)
    for destination in wanted if verdicts else ():
        destination.write(verdicts, time.monotonic() - begun)
    return max((verdict.outcome.exit_code for verdict in verdicts), default=3)
