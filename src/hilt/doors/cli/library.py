"""hilt library: what `hilt serve` hands out to those who download models."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


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
@click.option("--after", metavar="NUMBER", type=options.entry, help="Leave out so many, and go on.")
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
    """List what the library has with TEXT in its name, what was judged last first; of each repository the newest revision."""
    from hilt.core.library import Sought
    from hilt.core.sizes import size_of
    from hilt.core.verdict import Outcome
    from hilt.gate.library import search as find
    from hilt.gate.settings import find_settings
    from hilt.output.library_json import found_data
    from hilt.output.text_library import write_found

    sought = Sought(
        kind=kind,
        text=text,
        author=author,
        task=task,
        licence=licence,
        openness=openness,
        outcome=Outcome[verdict.upper()] if verdict else None,
        largest=size_of("--largest", largest) if largest else 0,
        memory=size_of("--fits", fits) if fits else 0,
    )
    found = find(sought, use=use, after=after, limit=limit, settings=find_settings(config))
    tell(found, found_data, write_found, as_json=as_json)


@library.command()
@click.argument("reference", metavar="REF")
@click.option(
    "-o", "--output", "folder", metavar="FOLDER", type=click.Path(), required=True, help="The bag that is made."
)
@options.use
@click.option(
    "--until",
    metavar="DATE",
    default="",
    help="The last day on which its record counts elsewhere; 90 days from now without it.",
)
@options.as_json
@options.config
def export(reference: str, folder: str, use: str | None, until: str, config: str | None, *, as_json: bool) -> None:
    """Write a model of the library into FOLDER, with all that speaks for it: a bag (RFC 8493) that any tool can check.

    REF is hf:org/name or hf:org/name@revision. With the files come the report, the verdict, what people decided, the bill of materials, and
    the proof of the log; `hilt library import` verifies all of it without a network.
    """
    from pathlib import Path

    from hilt.doors.cli.progress import Bar
    from hilt.gate.keeping.upkeep.carrying import write
    from hilt.gate.settings import find_settings
    from hilt.output.library_json import carried_data
    from hilt.output.text_library import write_exported

    with Bar() as bar:
        done = write(reference, Path(folder), use=use or "", until=until, settings=find_settings(config), progress=bar)
    tell(done, carried_data, write_exported, as_json=as_json)


@library.command("import")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--as", "branch", metavar="BRANCH", default="main", help="What the revision is called here; main without it."
)
@options.signing
@options.as_json
@options.config
def import_(
    folder: str, branch: str, key: str | None, password: bytes | None, config: str | None, *, as_json: bool
) -> None:
    """Take a model into the library that `hilt library export` wrote elsewhere, once all of it is proven, without a network.

    Its record must be by a log that the settings trust (record: {trusted_logs: [KEY]}). It takes an administrator, whose key signs that what
    was decided there counts here as well.
    """
    from pathlib import Path

    from hilt.doors.cli.progress import Bar
    from hilt.gate.keeping.upkeep.carrying import take
    from hilt.gate.settings import find_settings
    from hilt.output.library_json import carried_data
    from hilt.output.text_library import write_imported

    with Bar() as bar:
        done = take(
            Path(folder), branch=branch, key=key, password=password, settings=find_settings(config), progress=bar
        )
    tell(done, carried_data, write_imported, as_json=as_json)


@library.command()
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Tell by samples what it would save, and write nothing.")
@options.as_json
@options.config
def pack(repositories: tuple[str, ...], config: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Keep what was made from other models as what it differs in from those, where that saves a fifth or more.

    REPO is org/name, or datasets/org/name and the like; without it, it is all that was admitted. What a model was made from, its report
    says. Each file is rebuilt and compared to the last bit before its plain bytes go, and whoever downloads it has those.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.keeping.upkeep.packing import pack as do
    from hilt.gate.settings import find_settings
    from hilt.output.text_packing import packing_data, write

    with Bar() as bar:
        done = do(repositories, dry_run=dry_run, settings=find_settings(config), progress=bar)
    tell(done, packing_data, write, as_json=as_json)
