"""hilt check: read models without running them, and judge each by a policy."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hilt.core.errors import HiltError, NothingToCheck, UsageError
from hilt.doors.cli import options

if TYPE_CHECKING:
    from hilt.core.verdict import Verdict
    from hilt.gate.settings import Settings


@click.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True, type=click.Path())
@options.policies
@options.config
@options.outputs
@options.output_json
@click.option("--each", is_flag=True, help="Every model directly below REF is a subject of its own.")
@click.option("--no-hash", is_flag=True, help="Make no digests: faster, and the verdict is bound to no bytes.")
@click.option(
    "--search-bytes", is_flag=True, help="Search every byte for programs and keys too; takes 4 times as long."
)
@click.option(
    "--follow-bases", is_flag=True, help="Ask the hub for the licences of the models and data it is made from."
)
@click.option(
    "--record/--no-record", default=None, help="Put the verdict on the record; as the settings say without it."
)
@options.stage
def check(
    references: tuple[str, ...],
    policies: tuple[str, ...],
    config: str | None,
    outputs: tuple[str, ...],
    stage: str | None,
    *,
    as_json: bool,
    each: bool,
    no_hash: bool,
    search_bytes: bool,
    follow_bases: bool,
    record: bool | None,
) -> int:
    """Read models without running them, and judge each by a policy.

    REF is a folder, a file, an archive, a folder of a hub cache, or what lies elsewhere: hf:org/name[@revision], or the
    https: address of a file, of which only what the checks need is fetched. The verdict is admit (exit code 0), review
    (10) or block (20); of several subjects the strictest decides.
    """
    from hilt.doors.cli.destinations import destinations

    begun = time.monotonic()
    wanted = destinations([*outputs, *(["json"] if as_json else [])])
    settings = options.settings_for(config, stage)
    if search_bytes:
        settings = replace(settings, search_bytes=True)
    subjects = list(_subjects(references, each=each))
    verdicts, problems = _check_all(subjects, policies, settings, hashed=not no_hash, follow_bases=follow_bases)
    said = _record(verdicts, settings, problems, record=record)
    for destination in wanted if verdicts else ():
        destination.write(verdicts, time.monotonic() - begun)
    if said:
        as_text = any(destination.file is None and destination.output.name == "text" for destination in wanted)
        click.echo(said, err=not as_text)
    for problem in problems:
        from hilt.doors.cli import complain

        complain(problem)
    return _exit_code(verdicts, problems)


def _check_all(
    references: Sequence[str], policies: Sequence[str], settings: Settings, *, hashed: bool, follow_bases: bool
) -> tuple[list[Verdict], list[HiltError]]:
    """The verdicts, and what kept a subject from one. Raises `UsageError`: then the whole call is wrong."""
    from hilt.doors.cli.progress import Bar
    from hilt.gate.check import check_each

    verdicts: list[Verdict] = []
    problems: list[HiltError] = []
    with Bar() as bar:
        for verdict in check_each(
            references,
            policy=policies or None,
            settings=settings,
            hashed=hashed,
            follow_bases=follow_bases,
            progress=bar,
        ):
            if isinstance(verdict, HiltError):
                problems.append(verdict)
            else:
                verdicts.append(verdict)
    return verdicts, problems


def _record(verdicts: Sequence[Verdict], settings: Settings, problems: list[HiltError], *, record: bool | None) -> str:
    """Puts the verdicts on the record where that is asked for, and says where they stand; what went wrong joins `problems`."""
    from hilt.gate.recording.record_verdicts import is_recorded, record_verdicts

    if not verdicts or not is_recorded(settings, record=record):
        return ""
    entries, wrong = record_verdicts(verdicts, settings)
    problems += wrong
    if not entries:
        return ""
    from hilt.output.record_words import recorded_at

    return recorded_at(*(entry.index for entry in entries))


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


def _exit_code(verdicts: Sequence[Verdict], problems: Sequence[HiltError]) -> int:
    """The first that occurs of block, failed, review, nothing, admit."""
    codes = {verdict.outcome.exit_code for verdict in verdicts}
    codes |= {3 if isinstance(problem, NothingToCheck) else 1 for problem in problems}
    return next((code for code in (20, 1, 10, 3, 0) if code in codes), 3)
