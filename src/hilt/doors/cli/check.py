"""hilt check: read models without running them, and judge each by a policy."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hilt.core.errors import HiltError, NothingToCheck, UsageError

if TYPE_CHECKING:
    from hilt.core.verdict import Verdict


def check(
    references: Annotated[list[str], typer.Argument(metavar="REF...", help="Folders, files or hub cache folders.")],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            "-p",
            metavar="PACK|FILE",
            help="default, strict, permissive or a file; repeatable: the strictest outcome wins.",
        ),
    ] = None,
    config: Annotated[str | None, typer.Option("--config", metavar="FILE", help="The organisation's settings.")] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FORMAT[:FILE]", help="text, json, sarif or html; repeatable."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --output json.")] = False,
    each: Annotated[
        bool, typer.Option("--each", help="Every model directly below REF is a subject of its own.")
    ] = False,
    no_hash: Annotated[
        bool, typer.Option("--no-hash", help="Do not digest the files: faster, and bound to no bytes.")
    ] = False,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="WORD", help="What policies see as env.stage.")
    ] = None,
) -> None:
    """Read models without running them, and judge each by a policy: admit (exit 0), review (10) or block (20)."""
    from hilt.doors.cli.destinations import destinations
    from hilt.doors.cli.progress import Bar
    from hilt.gate.check import check as check_one
    from hilt.gate.settings import find_settings

    begun = time.monotonic()
    wanted = destinations([*(output or []), *(["json"] if json else [])])
    settings = find_settings(config)
    if stage is not None:
        settings = replace(settings, env={**settings.env, "stage": stage})
    verdicts: list[Verdict] = []
    problems: list[HiltError] = []
    with Bar() as bar:
        for reference in _subjects(references, each=each):
            try:
                verdicts.append(
                    check_one(reference, policy=policy, settings=settings, hashed=not no_hash, progress=bar)
                )
            except UsageError:
                raise
            except HiltError as error:
                problems.append(error)
    for destination in wanted if verdicts else ():
        destination.write(verdicts, time.monotonic() - begun)
    _tell(problems)
    raise typer.Exit(_exit_code(verdicts, problems))


def _subjects(references: Sequence[str], *, each: bool) -> Iterator[str]:
    for reference in references:
        if not each:
            yield reference
            continue
        try:
            children = sorted(Path(reference).iterdir())
        except OSError as error:
            raise UsageError(f"{reference}: {error.strerror}; --each needs a folder of models") from None
        yield from (str(child) for child in children if not child.name.startswith("."))


def _tell(problems: Sequence[HiltError]) -> None:
    from hilt.output.quote import quote

    for problem in problems:
        print(f"hilt: {quote(str(problem), 2000)}", file=sys.stderr)  # noqa: T201


def _exit_code(verdicts: Sequence[Verdict], problems: Sequence[HiltError]) -> int:
    """The first that occurs of block, failed, review, nothing, admit."""
    codes = {verdict.outcome.exit_code for verdict in verdicts}
    codes |= {3 if isinstance(problem, NothingToCheck) else 1 for problem in problems}
    return next((code for code in (20, 1, 10, 3, 0) if code in codes), 3)
