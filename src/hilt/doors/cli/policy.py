"""hilt policy: look at a policy, and test it against evidence."""

from __future__ import annotations

import json

import click

from hilt.doors.cli import options


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
    if as_json:
        click.echo(json.dumps([one.canonical for one in shown], indent=2))
    else:
        click.echo("\n\n".join(one.text for one in shown))


@policy.command("test")
@click.argument("file", type=click.Path())
@click.option("-p", "--policy", "policies", metavar="PACK|FILE", multiple=True, help="default without it.")
@options.as_json
def try_cases(file: str, policies: tuple[str, ...], *, as_json: bool) -> int:
    """Judge the cases of a test file; exit 0 if all end as expected, 1 otherwise.

    FILE is YAML: cases of evidence, and what the policy should say of each.
    """
    from hilt.gate.policy import judge_cases

    results = judge_cases(file, policies or ("default",))
    failed = [result for result in results if not result.passed]
    if as_json:
        rows = [
            {"case": result.case.name, "passed": result.passed, "differences": list(result.differences)}
            for result in results
        ]
        click.echo(json.dumps(rows, indent=2))
        return 1 if failed else 0
    for result in results:
        click.echo(f"{'ok  ' if result.passed else 'FAIL'}  {result.case.name}")
        for difference in result.differences:
            click.echo(f"      {difference}")
    click.echo(f"\n{len(results) - len(failed)} of {len(results)} cases end as expected")
    return 1 if failed else 0
