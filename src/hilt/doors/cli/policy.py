"""hilt policy: look at a policy, and test it against evidence."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Look at policies, and test them.", no_args_is_help=True, rich_markup_mode=None)

Policies = Annotated[
    list[str] | None, typer.Option("--policy", "-p", metavar="PACK|FILE", help="Repeatable; default without it.")
]


@app.command("show")
def show(
    policies: Annotated[list[str] | None, typer.Argument(metavar="[PACK|FILE]...", help="default without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Tell what a policy asks, rule by rule."""
    from hilt.gate.policy import show as show_all

    shown = show_all(policies or ["default"])
    if json:
        import json as json_module

        typer.echo(json_module.dumps([policy.canonical for policy in shown], indent=2))
        return
    typer.echo("\n\n".join(policy.text for policy in shown))


@app.command("test")
def try_cases(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Cases in YAML: evidence, and what is expected.")],
    policies: Policies = None,
    json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Judge the cases of a test file; exit 0 if all end as expected, 1 otherwise."""
    from hilt.gate.policy import judge_cases

    results = judge_cases(file, policies or ["default"])
    failed = [result for result in results if not result.passed]
    if json:
        import json as json_module

        rows = [
            {"case": result.case.name, "passed": result.passed, "differences": list(result.differences)}
            for result in results
        ]
        typer.echo(json_module.dumps(rows, indent=2))
    else:
        for result in results:
            typer.echo(f"{'ok  ' if result.passed else 'FAIL'}  {result.case.name}")
            for difference in result.differences:
                typer.echo(f"      {difference}")
        typer.echo(f"\n{len(results) - len(failed)} of {len(results)} cases end as expected")
    raise typer.Exit(1 if failed else 0)
