"""hilt index: the file of known models by which the relatives of others are found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hilt.core.errors import HiltError
from hilt.doors.cli import options
from hilt.doors.cli.writing import terminal_page

if TYPE_CHECKING:
    from hilt.core.lineage import Kin, Relative
    from hilt.gate.settings import Settings
    from hilt.output.layout import Page

_COLUMN = 42
"""Where the name of a relative begins."""

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
    from hilt.output.quote import quote

    file, settings = _place(index, config)
    code, told = 0, []
    with Bar() as bar:
        each = add_each(references, file, settings=settings, name=name, rows_only=rows_only, progress=bar)
        for reference, one in zip(references, each, strict=True):
            if isinstance(one, HiltError):
                complain(one)
                code = code or exit_code(one)
            else:
                told.append((reference, one))
    if as_json:
        rows = [{"reference": reference, **counts(one.added), "left_out": one.left_out} for reference, one in told]
        click.echo(json.dumps(rows, indent=2))
        return code
    for reference, one in told:
        click.echo(f"{quote(reference)}: {_in_words(counts(one.added))}")
        for set_name, why in one.left_out:
            click.echo(f"  {quote(set_name)}: {quote(why, 300)}")
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

    file, settings = _place(index, config)
    with Bar() as bar:
        kin = find(reference, file, settings=settings, most=most, progress=bar)
    if as_json:
        click.echo(json.dumps(encode_kin(kin), indent=2))
        return
    page = terminal_page()
    _write(page, reference, kin)
    click.echo(str(page))


@index.command("list")
@options.as_json
@where
@options.config
def show(index: str | None, config: str | None, *, as_json: bool) -> None:
    """Tell which models an index holds."""
    from hilt.gate.index import as_data, listed
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    file, settings = _place(index, config)
    entries = listed(file, settings)
    if as_json:
        click.echo(json.dumps([as_data(one) for one in entries], indent=2))
        return
    for one in entries:
        click.echo(
            "  ".join(text for text in (_shown(one.name, one.revision), *map(quote, one.files[:1]), one.added) if text)
        )
        if one.stale or one.newer:
            click.echo(f"  stale: {quote(one.stale)}" + (f"; newer: {quote(one.newer)}" if one.newer else ""))
    click.echo(f"\n{counted(len(entries), 'set')} of weights")


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
    from hilt.output.quote import quote

    file, settings = _place(index, config)
    added = take(file, Path(pack), settings)
    if as_json:
        click.echo(json.dumps(counts(added), indent=2))
        return
    click.echo(f"{quote(pack)}: {_in_words(counts(added))}")
    for one in added.differing:
        click.echo(f"  not taken, the index has other weights of this name: {_shown(one.name, one.revision)}")
    for one in added.marked:
        click.echo(f"  stale, as the pack says: {_shown(one.name, one.revision)}: {quote(one.stale)}")


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


def _shown(name: str, revision: str) -> str:
    from hilt.output.quote import quote

    return f"{quote(name)} at {quote(revision)}" if revision else quote(name)


def _in_words(told: Mapping[str, int]) -> str:
    """The counts that are not zero."""
    return ", ".join(f"{number} {word}" for word, number in told.items() if number) or "nothing"


def _place(named: str | None, config: str | None) -> tuple[Path, Settings]:
    from hilt.gate.index import place
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    return place(named, settings), settings


def _write(page: Page, reference: str, kin: Kin) -> None:
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    page.flow([(quote(reference), "bold"), (f"among {counted(kin.models, 'set')} of weights", "dim")], indent=0)
    for first in kin.sets:
        found = [one for one in kin.relatives if one.weights == first]
        page.blank()
        page.flow([(quote(first), "bold"), ("" if found else "no relative is known", "yellow")])
        for one in found:
            _relative(page, one)
    for why in kin.untold:
        page.flow([(quote(why, 1000), "")], indent=14, label=("cannot tell", "yellow"))


def _relative(page: Page, one: Relative) -> None:
    from hilt.output.lineage_words import relations
    from hilt.output.quote import quote

    kinship = one.kinship
    share = f"{min(kinship.share_b, 1):.0%}" if kinship.related else "-"
    label = f"{kinship.sureness.value:<8}  {share:>4}  {relations(kinship)}"
    spans = [(quote(one.name), "bold"), (quote(one.revision), "dim")]
    if one.licences:
        spans.append((quote(", ".join(one.licences)), "dim"))
    if one.stale:
        spans.append((quote(f"stale: {one.stale}"), "red"))
    if one.newer:
        spans.append((quote(f"newer: {one.newer}"), "red"))
    page.flow(spans, indent=_COLUMN, label=(label, ""))
