"""hilt policy: look at a policy, and test it against evidence."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.group()
def policy() -> None:
    """Look at policies, and test them."""


@policy.command()
@click.argument("policies", metavar="[PACK|FILE]...", nargs=-1)
@options.as_json
def show(policies: tuple[str, ...], *, as_json: bool) -> None:
    """Tell what a policy asks, rule by rule."""
    from hilt.gate.policy import show as show_all

    shown = show_all(policies or ("default",))
    texts = "\n\n".join(one.text for one in shown)
    tell(shown, lambda each: [one.canonical for one in each], lambda page, _: page.line(texts), as_json=as_json)


@policy.command("test")
@click.argument("file", type=click.Path())
@click.option("-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="default without it.")
@options.as_json
def try_cases(file: str, policies: tuple[str, ...], *, as_json: bool) -> int:
    """Judge the cases of a test file; exit 0 if all end as expected, 1 otherwise.

    FILE is YAML: cases of evidence, and what the policy should say of each.
    """
    from hilt.gate.policy import judge_cases
    from hilt.output.text_policy import cases_data, write_cases

    results = judge_cases(file, policies or ("default",))
    cases = [(result.case.name, result.differences) for result in results]
    tell(cases, cases_data, write_cases, as_json=as_json)
    return 0 if all(result.passed for result in results) else 1
