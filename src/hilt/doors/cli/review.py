"""hilt review: the cases that wait for people, and how deciding goes."""

from __future__ import annotations

from functools import partial

import click

from hilt.core.events import Remark
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, terminal_page


@click.group(invoke_without_command=True)
@options.as_json
@options.config
@click.pass_context
def review(context: click.Context, config: str | None, *, as_json: bool) -> None:
    """See what waits for people to decide, look at one case, and measure how deciding goes. Without a command, list.

    What is decided, hilt admit and hilt refuse record.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, person=None, config=config, as_json=as_json)


@review.command("list")
@click.option("--person", metavar="NAME", help="Only what this person may decide.")
@options.as_json
@options.config
def list_(person: str | None, config: str | None, *, as_json: bool) -> None:
    """List the open cases: those first in which waiting costs most (risk times time)."""
    from hilt.gate.review import open_cases
    from hilt.gate.settings import find_settings
    from hilt.output.review_json import list_data
    from hilt.output.text_review import write_list

    tell(open_cases(person=person, settings=find_settings(config)), list_data, write_list, as_json=as_json)


@review.command()
@click.argument("case", metavar="CASE", type=options.entry)
@click.option("--evidence", is_flag=True, help="The whole verdict that the case is about, and nothing else.")
@click.option("--recommendation", is_flag=True, help="Also what hilt would say.")
@options.signing
@options.as_json
@options.config
def show(
    case: int,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    evidence: bool,
    recommendation: bool,
    as_json: bool,
) -> None:
    """Show what there is to see of a case before it is decided. CASE is its number.

    With your key, it is noted in the record's database when you first saw it, and your decision tells. What hilt would say stays folded
    until you ask for it: whoever reads it first finds less.
    """
    from hilt.gate.explain import catalogue
    from hilt.gate.reviewing.review_case import show_case
    from hilt.gate.settings import find_settings
    from hilt.output.review_json import case_data
    from hilt.output.text import render
    from hilt.output.text_review import write_case

    shown = show_case(case, key=key, password=password, settings=find_settings(config))
    if evidence:
        from hilt.output import json as document

        page = terminal_page()
        text = render([shown.verdict], catalogue(), colour=page.colour, width=page.width)
        click.echo(document.render([shown.verdict], catalogue()) if as_json else text, nl=False)
        return
    tell(
        shown,
        partial(case_data, catalogue=catalogue(), recommendation=recommendation),
        partial(write_case, catalogue=catalogue(), recommendation=recommendation),
        as_json=as_json,
    )


@review.command()
@click.argument("case", metavar="CASE", type=options.entry)
@options.why
@options.signing
@options.as_json
@options.config
def ask(case: int, why: str, key: str | None, password: bytes | None, config: str | None, *, as_json: bool) -> None:
    """Ask for more before you decide: a question to whoever made the request. CASE is its number; --why is the question.

    It is signed and kept with the case, and decides nothing. A server that sends letters tells them.
    """
    _remark(case, Remark.ASKS, why, key, password, config, as_json=as_json)


@review.command()
@click.argument("case", metavar="CASE", type=options.entry)
@options.why
@options.signing
@options.as_json
@options.config
def say(case: int, why: str, key: str | None, password: bytes | None, config: str | None, *, as_json: bool) -> None:
    """Say something of a case, such as an answer to what was asked. CASE is its number; --why is what you say.

    It is signed and kept with the case, and decides nothing.
    """
    _remark(case, Remark.SAYS, why, key, password, config, as_json=as_json)


def _remark(
    case: int, says: Remark, why: str, key: str | None, password: bytes | None, config: str | None, *, as_json: bool
) -> None:
    from hilt.gate.remark import remark
    from hilt.gate.settings import find_settings
    from hilt.output.record_json import recorded_data
    from hilt.output.text_review import write_remarked

    made = remark(case, says, why, key=key, password=password, settings=find_settings(config))
    tell(made, partial(recorded_data, names={}), write_remarked, as_json=as_json)


@review.command()
@click.option("--by", metavar="person|rule", default="", help="Also for each person, or each rule.")
@click.option("--since", metavar="DATE", help="What was decided from this day on: 2027-01-31; 90 days without it.")
@options.as_json
@options.config
def stats(by: str, since: str | None, config: str | None, *, as_json: bool) -> None:
    """Measure how deciding goes: how long it takes, how often people and hilt disagree, what looks like a rubber stamp."""
    from hilt.gate.named_day import named_day
    from hilt.gate.reviewing.review_stats import review_stats
    from hilt.gate.settings import find_settings
    from hilt.output.review_json import stats_data
    from hilt.output.text_review_stats import write_stats

    day = None if since is None else named_day("--since", since).isoformat()
    told = review_stats(by=by, since=day, settings=find_settings(config))
    tell(told, stats_data, write_stats, as_json=as_json)
