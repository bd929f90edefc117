"""hilt library: what `hilt serve` hands out to those who download models."""

from __future__ import annotations

from functools import partial

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell

_UNITS = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 1 << 10,
    "MIB": 1 << 20,
    "GIB": 1 << 30,
}


@click.group()
def library() -> None:
    """Look at what the library keeps, and carry it elsewhere.

    `hilt serve` hands models out from it to whoever sets HF_ENDPOINT: each is read before anything of it goes out, and only what is
    admitted does.
    """


@library.command()
@click.argument("text", metavar="[TEXT]", default="")
@click.option(
    "--kind",
    type=click.Choice(["models", "datasets", "spaces", "kernels"]),
    default="models",
    help="models without it.",
)
@click.option("--author", metavar="NAME", default="", help="Only what this organisation publishes.")
@click.option("--task", metavar="TASK", default="", help="What it is for, as its publisher says: text-generation.")
@click.option("--licence", metavar="ID", default="", help="Only what has this licence, as the report says.")
@click.option(
    "--openness", metavar="CLASS", type=click.IntRange(1, 3), help="Its class of the Model Openness Framework."
)
@click.option(
    "--verdict", type=click.Choice(["admit", "review", "block"]), help="Only what the newest verdict says so of."
)
@click.option("--largest", metavar="SIZE", help="At most so many bytes of files, such as 20GB.")
@click.option(
    "--fits", metavar="SIZE", help="Only what runs in so much memory, such as 24GB, as far as that can be told."
)
@click.option("--use", metavar="TEXT", default="", help="Tell how each stands for this use.")
@click.option("--limit", metavar="NUMBER", type=click.IntRange(1, 1000), default=50, help="How many models; 50.")
@click.option("--after", metavar="NUMBER", type=options.entry, help="Go on behind this one.")
@options.as_json
@options.config
def search(
    text: str,
    kind: str,
    author: str,
    task: str,
    licence: str,
    openness: int | None,
    verdict: str | None,
    largest: str | None,
    fits: str | None,
    use: str,
    limit: int,
    after: int | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """List what the library has with TEXT in its name, what was judged last first."""
    from hilt.core.library import Sought
    from hilt.core.verdict import Outcome
    from hilt.gate.library import search as find
    from hilt.gate.settings import find_settings
    from hilt.output.library_json import shelved_data
    from hilt.output.text_library import write_shelved

    sought = Sought(
        kind=kind,
        text=text,
        author=author,
        task=task,
        licence=licence,
        openness=openness,
        outcome=Outcome[verdict.upper()] if verdict else None,
        largest=_bytes("--largest", largest),
        memory=_bytes("--fits", fits),
    )
    found, more = find(sought, use=use, after=after, limit=limit, settings=find_settings(config))
    tell(found, partial(shelved_data, after=more), partial(write_shelved, after=more), as_json=as_json)


def _bytes(option: str, text: str | None) -> int:
    """The bytes that an option names, 0 where it is not given. Raises `UsageError`."""
    if text is None:
        return 0
    number = text.rstrip("BbIiKkMmGgTt ")
    unit = _UNITS.get(text[len(number) :].strip().upper())
    try:
        size = float(number) * (unit or 0)
    except ValueError:
        size = 0
    if not 1 <= size < 1 << 60:
        raise UsageError(f"{option} {text!r:.40}: a size is needed here, such as 24GB or 800MB")
    return int(size)
