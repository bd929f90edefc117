"""hilt index: the file of known models by which the relatives of others are found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hilt.core.errors import HiltError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell

if TYPE_CHECKING:
    from hilt.gate.settings import Settings

where = click.option("--index", metavar="FILE", type=click.Path(), help="The index; that of the settings without it.")
revision = click.option("--revision", metavar="REV", help="Only this revision.")


@click.group()
def index() -> None:
    """Keep the fingerprints of known models, and find the relatives of others.

    An index is one file. With it in the settings (lineage: {index: FILE}), hilt check holds every model against it.
    """


@index.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True, type=click.Path())
@click.option("--name", metavar="NAME", default="", help="What the model is called: org/name as a hub spells it.")
@click.option(
    "--rows-only", is_flag=True, help="Read a few rows of each tensor: removed safeguards are then hard to see."
)
@options.as_json
@where
@options.config
def add(
    references: tuple[str, ...], index: str | None, name: str, config: str | None, *, rows_only: bool, as_json: bool
) -> int:
    """Add models: files, folders or hf:org/name."""
    from hilt.doors.cli import complain, exit_code
    from hilt.doors.cli.progress import Bar
    from hilt.gate.index import add_each, counts
    from hilt.output.text_index import added_data, write_added

    file, settings = _place(index, config)
    code, told = 0, []
    with Bar() as bar:
        each = add_each(references, file, settings=settings, name=name, rows_only=rows_only, progress=bar)
        for reference, one in zip(references, each, strict=True):
            if isinstance(one, HiltError):
                complain(one)
                code = code or exit_code(one)
            else:
                told.append((reference, counts(one.added), one.left_out))
    if told or as_json:
        tell(told, added_data, write_added, as_json=as_json)
    return code


@index.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--most", default=10, metavar="NUMBER", type=click.IntRange(1, 32), help="Relatives that are told; 10.")
@options.as_json
@where
@options.config
def search(reference: str, index: str | None, most: int, config: str | None, *, as_json: bool) -> None:
    """Find the known relatives of REF by its weights, the nearest first."""
    from hilt.core.lineage_v1 import encode_kin
    from hilt.doors.cli.progress import Bar
    from hilt.gate.index import search as find
    from hilt.output.text_index import write_kin

    file, settings = _place(index, config)
    with Bar() as bar:
        kin = find(reference, file, settings=settings, most=most, progress=bar)
    tell(kin, encode_kin, partial(write_kin, reference=reference), as_json=as_json)


@index.command("list")
@options.as_json
@where
@options.config
def show(index: str | None, config: str | None, *, as_json: bool) -> None:
    """Tell which models an index holds."""
    from hilt.gate.index import as_data, listed
    from hilt.output.text_index import write_listed

    file, settings = _place(index, config)
    entries = listed(file, settings)
    tell(entries, lambda each: [as_data(one) for one in each], write_listed, as_json=as_json)


@index.command("export")
@click.argument("pack", metavar="FILE", type=click.Path())
@click.option("--model", "names", metavar="NAME", multiple=True, help="Only this model; may be given several times.")
@where
@options.config
def write_pack(pack: str, names: tuple[str, ...], index: str | None, config: str | None) -> None:
    """Write models into a pack that others can import: one file of names and fingerprints, without any weights."""
    from hilt.gate.index import share
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    file, settings = _place(index, config)
    told = share(file, Path(pack), names, settings)
    click.echo(f"{quote(pack)}: {counted(len(told), 'set')} of weights")


@index.command("import")
@click.argument("pack", metavar="FILE", type=click.Path())
@options.as_json
@where
@options.config
def read_pack(pack: str, index: str | None, config: str | None, *, as_json: bool) -> None:
    """Take what is new from a pack. Names and licences in it are the word of who made it.

    Its fingerprints are verified first; what the index holds already stays as it is.
    """
    from hilt.gate.index import counts, take
    from hilt.output.text_index import write_taken

    file, settings = _place(index, config)
    added = take(file, Path(pack), settings)
    write = partial(write_taken, pack=pack, differing=added.differing, marked=added.marked)
    tell(counts(added), dict, write, as_json=as_json)


@index.command()
@click.argument("name", metavar="NAME")
@revision
@where
@options.config
def remove(name: str, revision: str | None, index: str | None, config: str | None) -> None:
    """Take a model out."""
    from hilt.gate.index import remove as take_out
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    file, settings = _place(index, config)
    gone = take_out(file, name, revision, settings)
    click.echo(f"{quote(name)}: {counted(len(gone), 'set')} of weights removed")


@index.command()
@click.argument("name", metavar="NAME")
@revision
@click.option("--why", metavar="TEXT", default="", help="Why it should be used no more.")
@click.option("--newer", metavar="REF", default="", help="What takes its place: a revision, or another model.")
@click.option("--not", "taken_back", is_flag=True, help="It is not stale after all.")
@where
@options.config
def stale(
    name: str, revision: str | None, why: str, newer: str, index: str | None, config: str | None, *, taken_back: bool
) -> None:
    """Say that a model should be used no more: hilt check then tells of everything that is made from it."""
    from hilt.core.errors import UsageError
    from hilt.gate.index import mark
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    if taken_back == bool(why or newer):
        raise UsageError("give --why, --newer or both; or --not alone, to take that back")
    file, settings = _place(index, config)
    told = mark(
        file, name, revision, stale=why or (f"replaced by {newer}" if newer else ""), newer=newer, settings=settings
    )
    click.echo(f"{quote(name)}: {counted(len(told), 'set')} of weights {'not stale' if taken_back else 'stale'}")


def _place(named: str | None, config: str | None) -> tuple[Path, Settings]:
    from hilt.gate.index import place
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    return place(named, settings), settings
