"""hilt admit: decide that a model may be used for one named use, or ask those who decide."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell_status

if TYPE_CHECKING:
    from hilt.doors.cli.progress import Bar
    from hilt.gate.admit import ToAnswer


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@options.use
@options.why
@click.option("--until", metavar="DATE", default="", help="The last day on which it counts: 2027-01-31.")
@click.option("--conditions", metavar="TEXT", default="", help="What whoever uses it has to keep to.")
@options.answers
@click.option(
    "-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="A policy beside those of the settings."
)
@options.signing
@options.as_json
@options.config
def admit(
    reference: str,
    use: str | None,
    why: str,
    until: str,
    conditions: str,
    answers: tuple[str, ...],
    policies: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> int:
    """Decide that REF may be used for a named use, signed with your key.

    REF is a path, hf:org/name, sha256:DIGEST or '#17', the number of a case. Where the verdict is admit, you decide alone. Where
    it is review, the first call asks for the use, and whom the policy names say yes to it, in words; where it is block, only an
    exception with an end gets past it, by those whom the policy names for that. On a terminal you are shown the evidence, then
    asked. Exit codes: 0 admitted, 10 it waits for people, 20 blocked.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.admit import admit as decide
    from hilt.gate.settings import find_settings

    asked_here = not as_json and not answers and sys.stdin.isatty() and sys.stdout.isatty()
    settings = find_settings(config)
    own: dict[str, Any] = {"key": key, "password": password, "settings": settings}
    with Bar() as bar:
        status = decide(
            reference,
            use=use,
            why=why,
            until=until,
            conditions=conditions,
            answers=options.answers_of(answers),
            ask=partial(_ask, bar, own) if asked_here else None,
            policy=policies or None,
            progress=bar,
            **own,
        )
    return tell_status(status, as_json=as_json)


def _ask(bar: Bar, own: dict[str, Any], asking: ToAnswer) -> dict[str, str]:
    """Shows what there is to see of the case, then asks. Raises `click.Abort` where the answer is no."""
    from hilt.doors.cli.writing import terminal_page
    from hilt.gate.explain import catalogue
    from hilt.gate.reviewing.review_case import show_case
    from hilt.output.quote import quote
    from hilt.output.text_review import write_case

    bar.end()
    page = terminal_page()
    write_case(page, show_case(asking.case, **own), catalogue(), recommendation=False)
    click.echo(f"{page}\n")
    answers = {}
    for question in asking.questions:
        click.echo(f"{page.styled(quote(question.rule), 'bold')}: {quote(question.ask, 600)}")
        answers[question.rule] = click.prompt("your answer", type=str)
    click.confirm(f"\nYes to {quote(asking.use)}?", abort=True)
    return answers
