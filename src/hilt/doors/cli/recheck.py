"""hilt recheck: hold what was admitted against the checks and the policy of today."""

from __future__ import annotations

import click

from hilt.core.errors import HiltError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.option("--use", metavar="TEXT", default="", help="Only what was admitted for this use.")
@click.option("--all", "everything", is_flag=True, help="All that is recorded, admitted or not.")
@click.option("--reports-only", is_flag=True, help="Judge the stored reports, and read no bytes.")
@options.policies
@options.config
@options.as_json
@options.stage
def recheck(
    use: str,
    policies: tuple[str, ...],
    config: str | None,
    stage: str | None,
    *,
    everything: bool,
    reports_only: bool,
    as_json: bool,
) -> int:
    """Judge again what was admitted, and say what changed and why.

    Models that still lie where they were are read again; of others the stored report is judged, and that is said. Where
    the verdict, its policy or its evidence is another one, the new verdict is recorded: what was admitted lapses, and has to be
    decided anew. The exit code is that of the strictest; review where something lapsed.
    """
    from hilt.doors.cli import complain, exit_code
    from hilt.doors.cli.progress import Bar
    from hilt.gate.recheck import recheck as judge_again
    from hilt.output.recheck_json import rechecked_data
    from hilt.output.text_recheck import write

    settings = options.settings_for(config, stage)
    with Bar() as bar:
        told = judge_again(
            use=use,
            everything=everything,
            reports_only=reports_only,
            policy=policies or None,
            settings=settings,
            progress=bar,
        )
    judged = [one for one in told if not isinstance(one, HiltError)]
    tell(judged, lambda each: [rechecked_data(one) for one in each], write, as_json=as_json)
    for problem in told:
        if isinstance(problem, HiltError):
            complain(problem)
    codes = {one.outcome.exit_code for one in judged} | {exit_code(one) for one in told if isinstance(one, HiltError)}
    return next((code for code in (20, 1, 10) if code in codes), 0)
